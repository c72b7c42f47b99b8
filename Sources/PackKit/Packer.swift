import ELF
import Foundation
import Platform
import ToolKit

/// What a finished package is.
package struct PackResult: Equatable, Sendable {
    /// Its architecture, in Lambda's words.
    package let architecture: String
    /// The base64 SHA-256 that Lambda shows; `nil` for what is not uploaded as it is.
    package let codeSHA256: String?
    /// What is in it.
    package let sizes: SizeTable
    /// The size of the file that was written.
    package let outputBytes: Int?
    /// Why things are as they are: lines for the user.
    package let notes: [String]
    /// What the package answered to the events of its proof.
    package let answers: [String]
}

/// Makes packages: request, planner, plan, staging, writer.
package struct Packer {
    private(set) var request: PackRequest
    private let staging: Staging
    private let context: PackContext

    /// Prepares the work.
    ///
    /// - Parameters:
    ///   - request: What to make.
    ///   - staging: Where to make it; the caller removes it.
    ///   - interrupts: Where signals arrive as bytes, if anybody listens.
    ///   - progress: Called with what is being done, often.
    package init(
        request: PackRequest,
        staging: Staging,
        interrupts: Int32?,
        progress: @escaping (String) -> Void
    ) {
        self.request = request
        self.staging = staging
        context = PackContext(
            root: FileSystemRoot(request.sysroot),
            toolbox: Toolbox(scratch: staging.folder, interrupts: interrupts),
            progress: progress
        )
    }

    /// Runs the program on the request's events, and adds what it used to the package.
    ///
    /// - Returns: What was found.
    /// - Throws: ``PackError``, also for what will not be found where that is an error (``PackRequest/isStrict``).
    package mutating func observe() throws -> Observation {
        guard !request.observedEvents.isEmpty else { return request.observation }
        guard request.sysroot == nil else {
            throw PackError.contradiction(
                "--observe runs the program here, which one of --sysroot cannot",
                hint: "name the files with --include"
            )
        }
        let seen = try Observer(request: request, context: context, staging: staging).observe(request.observedEvents)
        if request.isStrict {
            if let failure = seen.failure { throw PackError.failsThere(failure) }
            if !seen.notFound.isEmpty { throw PackError.notFoundThere(paths: seen.notFound) }
        }
        request.observation = seen
        return seen
    }

    /// Uses what another packer has seen for the rest, where the program's language comes along whole.
    ///
    /// - Parameters:
    ///   - observation: What was seen.
    ///   - language: What is taken of the language.
    /// - Returns: What is left of it.
    package mutating func use(_ observation: Observation, besides language: some Collection<Inclusion>) -> Observation {
        let set = Set(request.variables.map(\.name))
        request.observation = observation.without(language.map(\.pattern), set: set, root: context.root)
        return request.observation
    }

    /// Makes the package, tests it where that is wanted, and puts it in its place.
    ///
    /// - Parameter proof: What is to be proved of it.
    /// - Returns: What it is, and what it answered.
    /// - Throws: ``PackError``; then nothing was written.
    package func pack(proof: Proof? = nil) throws -> PackResult {
        do {
            try proof?.check(request)
            return try make(proof)
        } catch ToolError.cannotWrite(let path, let cause) where path.hasPrefix(staging.folder) {
            // The user does not know the folder that the work is done in.
            throw ToolError.cannotWrite(path: request.output, cause: cause)
        }
    }

    private func make(_ proof: Proof?) throws -> PackResult {
        let base = try request.base.map { try BaseImage(path: $0, staging: staging, toolbox: context.toolbox) }
        let writer = writer(base)
        try writer.checkOutput(request.output)
        if request.strips { _ = try context.toolbox.path(of: .strip) }
        let plan = try Planner(request: request, context: context, base: base).plan()
        try writer.check(plan)
        let stager = TreeStager(folder: staging.path("tree"), strips: request.strips, context: context)
        let notes = try stager.write(plan.tree)
        let sizes = try SizeTable(folder: staging.path("tree"))
        let made = try writer.write(plan, from: staging.path("tree"), sizes)
        try context.toolbox.checkInterrupt()
        var proved: Proof.Result?
        var sum: String?
        if made.isUploaded {
            sum = try Checksum(toolbox: context.toolbox).base64(made.path) { proved = try prove(made, plan, proof) }
        } else {
            proved = try prove(made, plan, proof)
        }
        try Disk.move(made.path, to: request.output)
        return PackResult(
            architecture: plan.machine.description,
            codeSHA256: sum,
            sizes: sizes,
            outputBytes: made.bytes,
            notes: plan.notes + notes + made.notes + (proved?.notes ?? plan.unproved.map { [$0] } ?? []),
            answers: proved?.answers ?? []
        )
    }

    private func prove(_ made: WrittenPackage, _ plan: PackagePlan, _ proof: Proof?) throws -> Proof.Result? {
        guard let proof else { return nil }
        context.progress("test")
        do {
            return try proof.run(made.path, request, staging: staging, toolbox: context.toolbox)
        } catch PackError.testFailed(let path, let detail) {
            var detail = detail + (plan.unproved.map { "\n" + $0 } ?? "")
            if let language = request.observation.language {
                detail += "\nhint: without --observe, the whole language \(language) is packed"
            }
            throw PackError.testFailed(path: path, detail: detail)
        }
    }

    private func writer(_ base: BaseImage?) -> any PackageWriter {
        switch request.form {
        case .function, .layer: ZipPackageWriter(request: request, context: context, staging: staging)
        case .image: ImageWriter(request: request, base: base, context: context, staging: staging)
        case .dockerfile: DockerfileWriter(request: request, staging: staging)
        }
    }
}
