import Foundation
import HTTPWire

/// What a call of the Invoke API asks for, but for the body.
struct InvokeRequest {
    /// How the caller waits.
    enum Kind: String {
        /// Until the function has answered.
        case requestResponse = "RequestResponse"
        /// Not at all: the event is queued.
        case event = "Event"
        /// A dry run: the caller only wants to know whether it could.
        case dryRun = "DryRun"
    }

    /// Which of the API's operations it is.
    enum Operation {
        case invoke
        case invokeWithResponseStream
        /// The forerunner of the kind ``Kind/event``, which old clients still have.
        case invokeAsync
    }

    let target: CallTarget
    let operation: Operation
    let kind: Kind
    let wantsLog: Bool
    /// What accompanies the event; the ARN has the caller's qualifier.
    let context: CallerContext

    /// How many bytes the body may have.
    var limit: Int { kind == .event ? EventLimits.asynchronous : EventLimits.synchronous }

    init(_ head: HTTPRequestHead, _ target: CallTarget, _ operation: Operation) throws(ServiceError) {
        let fields = head.fields
        self.target = target
        self.operation = operation
        let isStream = operation == .invokeWithResponseStream
        let usual = operation == .invokeAsync ? Kind.event : .requestResponse
        let kindName = operation == .invokeAsync ? usual.rawValue : fields["X-Amz-Invocation-Type"] ?? usual.rawValue
        let logName = fields["X-Amz-Log-Type"] ?? "None"
        let kind = Kind(rawValue: kindName).flatMap { isStream && $0 == .event ? nil : $0 }
        var problems: [String] = []
        if kind == nil {
            let kinds = isStream ? "[RequestResponse, DryRun]" : "[Event, RequestResponse, DryRun]"
            problems.append(Validation.problem(kindName, "invocationType", "enum value set: \(kinds)"))
        }
        if logName != "None", logName != "Tail" {
            problems.append(Validation.problem(logName, "logType", "enum value set: [None, Tail]"))
        }
        let tenantID = fields["X-Amz-Tenant-Id"]
        if let tenantID { problems += Validation.tenantID(tenantID) }
        guard let kind, problems.isEmpty else { throw .validation(problems) }
        self.kind = kind
        wantsLog = logName == "Tail" && kind == .requestResponse
        if let type = fields["Content-Type"], !Self.isAcceptable(type) { throw .unsupportedMediaType(type) }
        // Lambda does not hand the client context to functions that are called asynchronously.
        let clientContext = try Self.clientContext(fields["X-Amz-Client-Context"])
        try target.tenancy.check(tenantID)
        if wantsLog, target.isManaged {
            throw .invalidParameter("Tail logs are not supported for functions configured with capacity provider")
        }
        context = CallerContext(
            arn: target.arn,
            version: target.executedVersion,
            traceID: fields["X-Amzn-Trace-Id"],
            clientContext: kind == .event ? nil : clientContext,
            cognitoIdentity: fields["X-Amz-Cognito-Identity"].flatMap(Self.decoded),
            tenantID: tenantID
        )
    }

    /// Clients send all kinds of types or none, curl a form's; only what plainly declares that it is not text is
    /// refused.
    private static func isAcceptable(_ type: String) -> Bool {
        let type = type.lowercased()
        return !["image/", "audio/", "video/", "multipart/"].contains { type.hasPrefix($0) }
    }

    private static func clientContext(_ header: String?) throws(ServiceError) -> String? {
        guard let header, !header.isEmpty else { return nil }
        guard header.utf8.count <= 3583, let text = decoded(header) else { throw .badClientContext }
        return text
    }

    /// A JSON text in base64.
    private static func decoded(_ header: String) -> String? {
        guard let data = Data(base64Encoded: header), (try? JSONCheck.check(Array(data))) != nil else { return nil }
        // A header's value cannot hold line ends; JSON means the same without them.
        let text = String(decoding: data, as: UTF8.self)
        return String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
    }
}
