/// Whether calls of a function name a tenant, whose environments are then used for nobody else.
enum Tenancy {
    /// As they like: a function of the command line.
    case either
    /// Each must.
    case required
    /// None may.
    case refused

    /// Checks a call.
    ///
    /// - Throws: ``ServiceError`` in Lambda's words (AWS's blog on tenant isolation, and its SAM CLI).
    func check(_ tenantID: String?) throws(ServiceError) {
        switch self {
        case .required where tenantID == nil:
            throw .invalidParameter(
                "The invoked function is enabled with tenancy configuration. "
                    + "Add a valid tenant ID in your request and try again."
            )
        case .refused where tenantID != nil:
            throw .invalidParameter(
                "The invoked function is not enabled with tenancy configuration. "
                    + "Remove the tenant ID from your request and try again."
            )
        default: break
        }
    }
}

/// What a call goes to: a version of a function, as the reference in the request has led to it.
struct CallTarget {
    /// The function, and the version or alias that was asked for.
    let reference: FunctionReference
    /// The ARN that was called, with the qualifier if there was one.
    let arn: String
    /// The version that runs.
    let executedVersion: String
    /// What becomes of the events whose caller does not wait.
    let events: EventSettings
    /// Whether calls say for whom they are.
    var tenancy = Tenancy.either
    /// Whether it runs on Managed Instances, whose log nobody gets with an answer.
    var isManaged = false
    /// Whether no call of it is ever taken, as a reserved concurrency of 0 says.
    var isBlocked = false
    /// Starts a call.
    let invoke: (Invocation) throws(ServiceError) -> Void
}

extension CallTarget {
    /// The same, with what is called and answered kept.
    func recorded(by recorder: Recorder?) -> CallTarget {
        guard let recorder else { return self }
        return CallTarget(
            reference: reference,
            arn: arn,
            executedVersion: executedVersion,
            events: events,
            tenancy: tenancy,
            isManaged: isManaged,
            isBlocked: isBlocked,
            invoke: { [invoke] invocation throws(ServiceError) in
                recorder.record(invocation, of: reference.name)
                try invoke(invocation)
            }
        )
    }

    /// A function of the command line, which has one version under all names.
    init(_ service: FunctionService, _ reference: FunctionReference) {
        self.reference = reference
        arn = service.function.arn + (reference.qualifier.map { ":" + $0 } ?? "")
        executedVersion = reference.executedVersion
        events = service.function.events
        isManaged = service.function.maximumConcurrency != nil
        invoke = { invocation throws(ServiceError) in try service.invoke(invocation) }
    }
}

/// All functions: those of the command line, and those that were put here by Lambda's own API.
final class Directory {
    private let functions: [String: FunctionService]
    private let control: ControlPlane?
    private let recorder: Recorder?

    init(_ functions: [String: FunctionService], _ control: ControlPlane?, _ recorder: Recorder?) {
        self.functions = functions
        self.control = control
        self.recorder = recorder
        control?.recorder = recorder
    }

    /// The account and region of the functions.
    var place: Place {
        if let control { return control.place }
        let function = functions.values.first?.function
        return Place(region: function?.region ?? "us-east-1", account: function?.account ?? "")
    }

    /// Finds what a reference leads to; the name that RIE has for its only function works where there is only one.
    ///
    /// - Throws: ``ServiceError`` where it is in another region or account, or nowhere, or cannot be called now.
    func target(_ reference: FunctionReference) throws(ServiceError) -> CallTarget {
        if let region = reference.region, region != place.region { throw .wrongRegion(region, own: place.region) }
        if let account = reference.account, account != place.account {
            let other = Place(region: place.region, account: account)
            throw .otherAccount(arn: other.function(reference.name), own: place.account)
        }
        if let target = try control?.target(reference) { return target }
        let only = reference.name == "function" && control == nil && functions.count == 1 ? functions.values.first : nil
        // Any name of an alias leads to the code that is here; one with a dollar sign cannot be an alias.
        let isVersion = reference.qualifier.map { $0 == "$LATEST" || !$0.contains("$") } ?? true
        guard isVersion, let service = functions[reference.name] ?? only else {
            throw .functionNotFound(arn: place.function(reference.name, reference.qualifier ?? "$LATEST"))
        }
        return CallTarget(service, reference).recorded(by: recorder)
    }
}
