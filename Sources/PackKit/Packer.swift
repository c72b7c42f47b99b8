import ELF
import Foundation
import Platform

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
}

/// Makes packages.
package struct Packer {
    var request: PackRequest
    let staging: Staging
    let toolbox: Toolbox
    let progress: (String) -> Void

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
        self.progress = progress
        toolbox = Toolbox(scratch: staging.folder, interrupts: interrupts)
    }

    /// Makes the package and puts it in its place.
    ///
    /// - Throws: ``PackError``; then nothing was written.
    package func pack() throws -> PackResult {
        do {
            return try make()
        } catch PackError.cannotWrite(let path, let cause) where path.hasPrefix(staging.folder) {
            // Nobody has heard of the folder that the work is done in.
            throw PackError.cannotWrite(path: request.output, cause: cause)
        }
    }

    private func make() throws -> PackResult {
        try checkOutput()
        if request.form == .function || request.form == .layer { _ = try toolbox.path(of: .zip) }
        if request.strips { _ = try toolbox.path(of: .strip) }
        switch request.form {
        case .function, .layer: return try zip()
        case .dockerfile: return try DockerfileWriter(packer: self).write()
        case .image: return try ImageWriter(packer: self).write()
        }
    }

    /// Refuses before the work what could not be replaced by a file after it, or must not be: /dev/null, say.
    private func checkOutput() throws {
        guard request.form != .dockerfile else { return }
        func fail(_ cause: String) -> PackError { .cannotWrite(path: request.output, cause: cause) }
        if request.output.isEmpty || request.output.hasSuffix("/") { throw fail("it is not the name of a file") }
        guard let there = Files.status(request.output), !there.isRegular else { return }
        throw fail(there.isDirectory ? "it is a folder" : "it is not a regular file")
    }

    /// Plans a package for a system with a certain glibc.
    func plan(available: GlibcVersion?) throws -> BuiltPlan {
        let builder = try builder(available: available)
        return try builder.build()
    }

    /// The builder for a system with a certain glibc, the bootstrap program checked.
    func builder(available: GlibcVersion?) throws -> PackageBuilder {
        var request = request
        let binaries = BinaryCache()
        request.shim = try ShimCheck.check(request.shim, machine: try machine(binaries), binaries: binaries)
        return PackageBuilder(request: request, toolbox: toolbox, available: available, progress: progress)
    }

    /// The architecture of the package: the program's, else that of the bootstrap program.
    private func machine(_ binaries: BinaryCache) throws -> Machine {
        let root = FileSystemRoot(request.sysroot)
        guard let path = request.program else { return try shimMachine(binaries) }
        let program = try ProgramFile(path, root: root, binaries: binaries)
        switch program.kind {
        case .binary(let file): return file.machine
        case .script(let line):
            guard request.packsInterpreter, let path = line.path(in: root), let real = root.realHost(path),
                let file = try binaries.read(real)
            else { return try shimMachine(binaries) }
            return file.machine
        }
    }

    private func shimMachine(_ binaries: BinaryCache) throws -> Machine {
        guard Disk.kind(request.shim) != nil else { return .current }
        return try binaries.read(request.shim)?.machine ?? .current
    }

    private func zip() throws -> PackResult {
        var built = try plan(available: request.target.glibc)
        if request.form == .function {
            for layer in request.layers { try LayerContents(path: layer, toolbox: toolbox).leaveOut(of: &built) }
        }
        guard built.plan.entries.count <= ZipWriter.limit else {
            throw PackError.tooManyFiles(path: request.output, limit: ZipWriter.limit)
        }
        if !request.strips { try SizeTable(plan: built.plan).checkUnpackedLimit() }
        try staging.write(built.plan, to: "tree", strip: request.strips, toolbox: toolbox, progress: progress)
        let sizes = try SizeTable(folder: staging.path("tree"))
        try sizes.checkUnpackedLimit()
        progress("zip")
        let file = staging.path("package.zip")
        try ZipWriter(toolbox: toolbox).write(staging.path("tree"), to: file)
        let bytes = try SizeTable.size(file)
        let sum = try Checksum(toolbox: toolbox).base64(file)
        try toolbox.checkInterrupt()
        try Disk.setMode(file, 0o644)
        try Disk.move(file, to: request.output)
        if bytes > SizeTable.zippedLimit {
            built.notes.append("warning: " + SizeTable.zippedWarning(bytes))
        }
        return PackResult(
            architecture: built.machine.description,
            codeSHA256: sum,
            sizes: sizes,
            outputBytes: bytes,
            notes: built.notes
        )
    }
}
