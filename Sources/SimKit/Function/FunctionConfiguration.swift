/// Text or JSON lines in the log (section "Logs" of docs/reference/shim-sim.md).
package enum LogFormat: String, Sendable, CaseIterable, Codable {
    /// START, END and REPORT lines.
    case text
    /// One JSON object per event.
    case json
}

/// How the function's processes are shut off from the rest of the machine.
package enum Isolation: Sendable, Equatable {
    /// They see the machine as it is; variables point to the real folders.
    case none
    /// They see `/var/task`, `/opt` and `/tmp` as on Lambda, and the rest of a root file system read-only.
    case namespaces(root: Root)
}

/// What isolated processes find beside the function's own files.
package enum Root: Sendable, Equatable {
    /// What Lambda's own system has and nothing else, made from this machine's files (``ProvidedSystem``).
    case bare
    /// This machine's files.
    case machine
    /// Those of a folder.
    case folder(String)
    /// Those of the image that is the target.
    case image
}

/// What one function is: everything that Lambda's configuration of a function says, and what only a simulator needs.
package struct FunctionConfiguration: Sendable {
    /// The name that clients call.
    package var name = "function"
    /// What runs.
    package var target: Target
    /// `$LATEST`, or the number of a published version.
    package var version = "$LATEST"
    /// A folder that is `/opt` already, in the place of ``layers``.
    package var layersFolder: String?
    /// Which of Lambda's runtimes it asks for, `python3.14`; `nil` for the newest without a language.
    package var runtime: String?
    /// What `_HANDLER` says.
    package var handler: String
    /// How long an invocation may take.
    package var timeout: Duration = .seconds(3)
    /// What the processes may use together, in MB (1,048,576 bytes).
    package var memory = 128
    /// The user's variables.
    package var environment: [String: String] = [:]
    /// Variables that all functions get, where their own say nothing else; no part of a function's configuration.
    package var shared: [String: String] = [:]
    /// Words in front of the program, `["/usr/bin/strace", "-f"]`.
    package var wrapper: [String] = []
    /// A program of the package, by its place on Lambda, that gets the bootstrap's command line as its arguments:
    /// `AWS_LAMBDA_EXEC_WRAPPER`, which Lambda's own runtimes know and its OS-only ones do not.
    package var execWrapper: String?
    /// The form of the log.
    package var logFormat = LogFormat.text
    /// Which of Lambda's own records a JSON log shows.
    package var systemLogLevel = LogLevel.info
    /// Where its log would be kept; `nil` for the usual place.
    package var logGroup: String?
    /// Folders and zip files that are merged to `/opt`, later ones win.
    package var layers: [String] = []
    /// How many environments are started before there is a call; any makes all of them provisioned, of which the
    /// function is told.
    package var provisioned = 0
    /// How many environments there may be.
    package var concurrency = 10
    /// How many invocations one environment takes at once; `nil` for the classic one at a time.
    package var maximumConcurrency: Int?
    /// When an idle environment is ended.
    package var idleTime: Duration? = .seconds(600)
    /// Whether environments are stopped between invocations.
    package var freezes = false
    /// Whether the processes get no more of the CPU than Lambda would give them.
    package var limitsCPU = false
    /// How the processes are shut off.
    package var isolation = Isolation.none
    /// What becomes of events whose caller does not wait.
    package var events = EventSettings()
    /// The port of its function URL; `nil` for none.
    package var urlPort: UInt16?
    /// Whether its function URL streams.
    package var urlStreams = false
    /// Where it is said to run.
    package var region = "us-east-1"
    /// The account it is said to belong to.
    package var account = "123456789012"
    /// Credentials of the user that are passed on.
    package var credentials: [String: String] = [:]
    /// The PATH of this machine, which comes after Lambda's.
    package var hostPath = ""
    /// How long an init outside an invocation may take.
    package var initLimit: Duration = .seconds(10)

    /// A function with Lambda's defaults.
    package init(name: String, target: Target) {
        self.name = name
        self.target = target
        handler = target.defaultHandler
    }

    /// The name, with the version if it is a published one.
    package var label: String { version == "$LATEST" ? name : "\(name):\(version)" }

    /// The ARN without a qualifier.
    package var arn: String { "arn:aws:lambda:\(region):\(account):function:\(name)" }

    /// Whether the processes see this machine's own files.
    package var showsMachine: Bool { isolation == .none || isolation == .namespaces(root: .machine) }

    /// The kind of its environments, in Lambda's word.
    package var initializationType: String {
        maximumConcurrency != nil
            ? "lambda-managed-instances" : provisioned > 0 ? "provisioned-concurrency" : "on-demand"
    }

    /// The part of a vCPU that Lambda gives to this much memory: one at 1,769 MB.
    package var cpuShare: Double { Double(memory) / 1769 }
}
