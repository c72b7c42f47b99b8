import HTTPWire
import Platform

/// Lambda's API for functions, which deployers call: it keeps what it is told in a ``ControlStore`` and runs it.
///
/// A request is found in the table of ``ControlRoute``, checked against ``Constraints``, and answered by the method of its
/// call (`ControlPlane+*.swift`), which changes a record as a value and saves it. What runs follows from the records.
package final class ControlPlane {
    /// Bytes of a request at most (recorded: `Request must be smaller than 70167211 bytes …`).
    private static let requestLimit = 70_167_211

    /// What the command line says.
    package struct Options: Sendable {
        /// What every function has: environments at most, isolation, credentials, ...
        package var template: FunctionConfiguration
        /// How long a function stays Pending or InProgress at least.
        package var transitionTime: Duration = .zero
        /// Folders that are buckets, by name.
        package var buckets: [String: String] = [:]
        /// What the `aws` command line needs to read from other buckets; `nil` where there is no endpoint for it.
        package var s3Environment: [String: String]?

        /// Options with their defaults.
        package init(template: FunctionConfiguration) { self.template = template }
    }

    /// Code that was not in its request.
    enum FetchedCode {
        /// A zip from a bucket.
        case object([UInt8])
        /// An image, which is in the store already.
        case image(CodeReference)
    }

    let store: ControlStore
    let place: Place
    let options: Options
    let context: SimulatorContext
    let write: (_ name: String?, _ lines: [UInt8]) -> Void
    /// What runs, by `NAME:VERSION`.
    var hosts: [String: VersionHost] = [:]
    /// What is being unpacked to take the place of what runs.
    var preparing: [ObjectIdentifier: VersionHost] = [:]
    /// What has been replaced or deleted and still finishes calls.
    var retiring: [ObjectIdentifier: VersionHost] = [:]
    var urls: [String: URLServer] = [:]
    /// What was listened on for URLs that are deleted.
    var goneURLs: [URLServer] = []
    /// Where this API is listened on; known once it is.
    var address: SocketAddress?
    /// Keeps events and answers, if they are wanted.
    var recorder: Recorder?
    /// Names of functions that the command line gave.
    var isTaken: (String) -> Bool = { _ in false }
    /// What is being fetched for a request; each lives until it has come.
    private var fetches: [ObjectIdentifier: AnyObject] = [:]
    private var isStopped = false

    /// Takes up what the store has.
    ///
    /// - Parameters:
    ///   - store: Functions and layers.
    ///   - options: What the command line says.
    ///   - context: What the simulator's parts share.
    ///   - write: Gets lines of the logs, with the function's name; `nil` is the simulator itself.
    package init(
        _ store: ControlStore,
        options: Options,
        context: SimulatorContext,
        write: @escaping (_ name: String?, _ lines: [UInt8]) -> Void
    ) {
        self.store = store
        self.options = options
        self.context = context
        self.write = write
        place = Place(region: options.template.region, account: options.template.account)
    }

    /// Goes on with what a former simulator left unfinished, and serves the function URLs.
    ///
    /// - Parameter address: Where this API is listened on.
    package func start(on address: SocketAddress) {
        self.address = address
        for record in store.functions.values.sorted(by: { $0.name < $1.name }) {
            if record.latest.isInTransition { prepare(record.name) }
            for qualifier in record.urls.keys.sorted() { serveURL(record.name, qualifier) }
            for version in record.provisionedVersions.keys.sorted() { provision(record, version) }
        }
    }

    func note(_ text: String) { write(nil, Array("shim-sim: \(text)\n".utf8)) }

    // MARK: - Requests

    /// Answers a request.
    ///
    /// - Returns: Whether it is one of this API; else nothing has been answered.
    package func handle(_ exchange: HTTPExchange) -> Bool {
        let target = exchange.head.target
        let path = target.prefix { $0 != "?" }
        if path.hasPrefix("/_/code/") || path.hasPrefix("/_/layers/") { return serveZip(exchange, path) }
        let query = PercentCoding.query(target.dropFirst(path.count + 1))
        guard
            let found = ControlRoute.find(method: exchange.head.method, path: path, query: query)
        else { return false }
        let requestID = Identifiers.uuid()
        let tooLarge = ControlError.tooLarge(
            "Request must be smaller than \(Self.requestLimit) bytes for the "
                + "\(found.route.operation.rawValue) operation"
        )
        if case .length(let count) = exchange.framing, count > Self.requestLimit {
            tooLarge.answer(exchange, requestID: requestID)
            return true
        }
        exchange.collect(limit: Self.requestLimit) { [weak self] body in
            guard let self, let body else { return }
            guard body.size <= Self.requestLimit else { return tooLarge.answer(exchange, requestID: requestID) }
            do throws(ControlError) {
                guard !isStopped else { throw .service("The simulator is stopping") }
                let request = try ControlRequest(
                    found.route,
                    path: found.parameters,
                    query: query,
                    body: body.bytes
                )
                try Constraints.check(request)
                begin(request, exchange, requestID)
            } catch {
                error.answer(exchange, requestID: requestID)
            }
        }
        return true
    }

    private func begin(_ request: ControlRequest, _ exchange: HTTPExchange, _ requestID: String) {
        let answer = { (result: Result<JSONValue?, ControlError>) in
            switch result {
            case .failure(let error): error.answer(exchange, requestID: requestID)
            case .success(let value):
                let fields: HTTPFields = ["Content-Type": "application/json", "x-amzn-RequestId": requestID]
                exchange.respond(request.status, fields, value.map { Array($0.text.utf8) } ?? [])
            }
        }
        fetch(request) { [weak self] fetched in
            guard let self else { return }
            answer(
                Result { () throws(ControlError) in
                    try perform(request, fetched?.get())
                }
            )
        }
    }

    private func perform(_ request: ControlRequest, _ fetched: FetchedCode?) throws(ControlError) -> JSONValue? {
        switch request.operation {
        case .createFunction: try createFunction(request, fetched)
        case .getFunction: try getFunction(request)
        case .getFunctionConfiguration: try getFunctionConfiguration(request)
        case .listFunctions: try listFunctions(request)
        case .updateFunctionCode: try updateFunctionCode(request, fetched)
        case .updateFunctionConfiguration: try updateFunctionConfiguration(request)
        case .deleteFunction: try deleteFunction(request)
        case .publishVersion: try publishVersion(request)
        case .listVersions: try listVersions(request)
        case .createAlias: try createAlias(request)
        case .getAlias: try getAlias(request)
        case .updateAlias: try updateAlias(request)
        case .deleteAlias: try deleteAlias(request)
        case .listAliases: try listAliases(request)
        case .addPermission: try addPermission(request)
        case .removePermission: try removePermission(request)
        case .getPolicy: try getPolicy(request)
        case .createFunctionURL: try createFunctionURL(request)
        case .getFunctionURL: try getFunctionURL(request)
        case .updateFunctionURL: try updateFunctionURL(request)
        case .deleteFunctionURL: try deleteFunctionURL(request)
        case .listFunctionURLs: try listFunctionURLs(request)
        case .putConcurrency: try putConcurrency(request)
        case .getConcurrency: try getConcurrency(request)
        case .deleteConcurrency: try deleteConcurrency(request)
        case .putProvisioned: try putProvisioned(request)
        case .getProvisioned: try getProvisioned(request)
        case .deleteProvisioned: try deleteProvisioned(request)
        case .listProvisioned: try listProvisioned(request)
        case .putEventInvoke: try putEventInvoke(request, replaces: true)
        case .updateEventInvoke: try putEventInvoke(request, replaces: false)
        case .getEventInvoke: try getEventInvoke(request)
        case .deleteEventInvoke: try deleteEventInvoke(request)
        case .listEventInvokes: try listEventInvokes(request)
        case .publishLayer: try publishLayer(request, fetched)
        case .getLayer: try getLayer(request)
        case .getLayerByARN: try getLayerByARN(request)
        case .deleteLayer: try deleteLayer(request)
        case .listLayers: try listLayers(request)
        case .listLayerVersions: try listLayerVersions(request)
        case .addLayerPermission: try addLayerPermission(request)
        case .removeLayerPermission: try removeLayerPermission(request)
        case .getLayerPolicy: try getLayerPolicy(request)
        case .tagResource: try tagResource(request)
        case .untagResource: try untagResource(request)
        case .listTags: try listTags(request)
        case .getAccountSettings: accountSettings()
        case .putRuntimeManagement: try putRuntimeManagement(request)
        case .getRuntimeManagement: try getRuntimeManagement(request)
        case .putRecursion: try putRecursion(request)
        case .getRecursion: try getRecursion(request)
        case .getCodeSigning: try getFunctionSigning(request)
        case .putCodeSigning: try putFunctionSigning(request)
        case .deleteCodeSigning: try deleteFunctionSigning(request)
        case .createSigning: try createSigning(request)
        case .getSigning: try getSigning(request)
        case .updateSigning: try updateSigning(request)
        case .deleteSigning: try deleteSigning(request)
        case .listSignings: try listSignings(request)
        case .listFunctionsBySigning: try listFunctionsBySigning(request)
        case .createMapping: try createMapping(request)
        case .getMapping: try getMapping(request)
        case .updateMapping: try updateMapping(request)
        case .deleteMapping: try deleteMapping(request)
        case .listMappings: try listMappings(request)
        }
    }

    // MARK: - What calls share

    /// The function that a request names.
    func named(_ request: ControlRequest) throws(ControlError) -> NamedFunction {
        try NamedFunction(
            request.string("FunctionName") ?? "",
            qualifier: request.string("Qualifier"),
            in: place,
            action: request.operation.rawValue
        )
    }

    /// The record of the function that a request names.
    func record(_ name: NamedFunction) throws(ControlError) -> FunctionRecord {
        guard let record = store.functions[name.name] else {
            throw .functionNotFound(place.function(name.name, name.qualifier))
        }
        return record
    }

    /// The record, where Lambda names a missing function without its qualifier.
    func unqualifiedRecord(_ name: NamedFunction) throws(ControlError) -> FunctionRecord {
        guard let record = store.functions[name.name] else { throw .functionNotFound(place.function(name.name)) }
        return record
    }

    /// A part of a list, and where the next one begins.
    ///
    /// - Parameters:
    ///   - items: All of them.
    ///   - request: Says where the part begins, and how long it may be.
    ///   - member: What the list is called in the answer.
    ///   - limit: How many a part has at most.
    /// - Returns: The answer.
    /// - Throws: ``ControlError`` where the request begins nowhere.
    func page(
        _ items: [JSONValue],
        _ request: ControlRequest,
        _ member: String,
        limit: Int = 50
    ) throws(ControlError) -> JSONValue {
        var start = 0
        if let marker = try request.string("Marker"), !marker.isEmpty {
            guard let number = Int(marker), items.indices.contains(number) else {
                throw .invalid("Invalid Marker: \(marker)")
            }
            start = number
        }
        let count = min(limit, try request.int("MaxItems") ?? limit)
        let end = min(items.count, start + count)
        return .members(
            (member, .array(Array(items[start..<end]))),
            ("NextMarker", end < items.count ? .string(String(end)) : nil)
        )
    }

    // MARK: - Code from elsewhere

    /// Gets the zip that a request names by bucket and key, or the image that it names, where it does.
    private func fetch(
        _ request: ControlRequest,
        _ done: @escaping (Result<FetchedCode, ControlError>?) -> Void
    ) {
        if let uri = imageURI(request) { return fetchImage(uri, done) }
        let path = request.operation == .publishLayer ? "Content." : request.operation == .createFunction ? "Code." : ""
        guard [.createFunction, .updateFunctionCode, .publishLayer].contains(request.operation),
            let bucket = request[path: path + "S3Bucket"]?.string, let key = request[path: path + "S3Key"]?.string
        else { return done(nil) }
        let fetch = ObjectFetch(
            bucket: bucket,
            key: key,
            version: request[path: path + "S3ObjectVersion"]?.string,
            options,
            context
        )
        fetches[ObjectIdentifier(fetch)] = fetch
        fetch.start { [weak self] result in
            self?.fetches[ObjectIdentifier(fetch)] = nil
            done(result.map { .object($0) })
        }
    }

    /// The image of a request that is about a function of images.
    private func imageURI(_ request: ControlRequest) -> String? {
        switch request.operation {
        case .createFunction where request["PackageType"]?.string == "Image":
            request[path: "Code.ImageUri"]?.string
        case .updateFunctionCode:
            if let name = try? named(request).name, store.functions[name]?.latest.settings.packageType == "Image" {
                request["ImageUri"]?.string
            } else {
                nil
            }
        default: nil
        }
    }

    private func fetchImage(_ uri: String, _ done: @escaping (Result<FetchedCode, ControlError>?) -> Void) {
        do throws(ControlError) {
            let fetch = try ImageFetch(uri, into: store, loop: context.loop) { [weak self] in self?.note($0) }
            fetches[ObjectIdentifier(fetch)] = fetch
            fetch.start { [weak self] result in
                self?.fetches[ObjectIdentifier(fetch)] = nil
                done(result.map { .image($0) })
            }
        } catch {
            done(.failure(error))
        }
    }

    // MARK: - The end

    /// Ends everything; a second stop, without waiting, is allowed.
    package func stop(waits: Bool, _ done: @escaping () -> Void) {
        isStopped = true
        fetches = [:]
        for url in Array(urls.values) + goneURLs { url.server.stopAccepting() }
        let all = Array(hosts.values) + Array(preparing.values) + Array(retiring.values)
        var remaining = all.count
        guard remaining > 0 else { return context.loop.later(done) }
        for host in all {
            host.stop(waits: waits) {
                remaining -= 1
                if remaining == 0 { done() }
            }
        }
    }
}
