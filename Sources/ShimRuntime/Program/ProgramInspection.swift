import ELF
import Platform

/// What the first bytes of a file say about who runs it, and whether that is possible here.
struct ProgramInspection {
    /// What kind of file it is.
    enum Kind {
        /// `#!` names an interpreter, and at most one option.
        case script(interpreter: String, option: String?)
        /// An ELF file, and what its loader is.
        case elf(machine: Machine, interpreter: String?)
        /// The first line begins with `#!`, but ends in CR LF or names nothing.
        case brokenScript(why: String, hint: String)
        /// Neither.
        case unknown
        /// It cannot be read; the program may still be allowed to run.
        case unreadable(String)
    }

    let file: String
    let kind: Kind
    private let resolver: ProgramResolver

    init(file: String, resolver: ProgramResolver) {
        self.file = file
        self.resolver = resolver
        do throws(SystemError) {
            kind = try Files.withMapped(file, Self.kind)
        } catch {
            kind = .unreadable("\(error)")
        }
    }

    private static func kind(_ bytes: UnsafeRawBufferPointer) -> Kind {
        if bytes.count >= 2, bytes[0] == 0x23, bytes[1] == 0x21 { return scriptKind(bytes) }
        guard let header = try? ELFHeader(bytes) else { return .unknown }
        // A file that is damaged further down may still say what it is for.
        let interpreter = (try? ELFFile(bytes)).flatMap(\.interpreter)
        return .elf(machine: header.machine, interpreter: interpreter)
    }

    /// The kernel's reading of `#!` (execve(2)): an interpreter, then the rest of the line as one argument.
    private static func scriptKind(_ bytes: UnsafeRawBufferPointer) -> Kind {
        let line = bytes.dropFirst(2).prefix(4096).prefix { $0 != 0x0A }
        if line.last == 0x0D {
            return .brokenScript(
                why: "its first line ends in CR LF, so the system looks for an interpreter whose name ends in CR",
                hint: "save the file with Unix line endings, for example by 'sed -i \"s/\\r$//\" FILE'"
            )
        }
        let text = String(decoding: line, as: UTF8.self)
        let words = text.split(maxSplits: 1) { $0 == " " || $0 == "\t" }
        guard let interpreter = words.first, interpreter.hasPrefix("/") else {
            return .brokenScript(
                why: "its first line '#!\(text.prefix(60))' does not name an absolute path",
                hint: "begin the file with a line like '#!/bin/sh' or '#!/usr/bin/env python3'"
            )
        }
        let option = words.count > 1 ? trimmedEnd(words[1]) : nil
        return .script(interpreter: String(interpreter), option: option)
    }

    private static func trimmedEnd(_ text: Substring) -> String? {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text.isEmpty ? nil : String(text)
    }

    /// Refuses a program that can be seen not to start, and says why.
    func requireRunnable() throws(ShimError) {
        switch kind {
        case .unreadable: return
        case .brokenScript(let why, let hint): throw .programUnusable(path: file, why: why, hint: hint)
        case .unknown:
            throw .programUnusable(
                path: file,
                why: "it is neither an ELF program nor a script with '#!' in its first line",
                hint: "begin a script with a line like '#!/bin/sh'"
            )
        case .script(let interpreter, let option): try requireInterpreter(interpreter, option)
        case .elf(let machine, let interpreter):
            try requireMachine(machine)
            if let interpreter, Files.status(interpreter) == nil {
                throw .programUnusable(
                    path: file,
                    why: "its loader '\(interpreter)' is not there",
                    hint: "it was linked on another kind of Linux; link it statically, "
                        + "or pack it with shim-pack, which brings the loader along"
                )
            }
        }
    }

    private func requireInterpreter(_ interpreter: String, _ option: String?) throws(ShimError) {
        let hint = "pack the interpreter with the script, or add a layer that has it"
        guard Files.status(interpreter) != nil else {
            throw .programUnusable(path: file, why: "its interpreter '\(interpreter)' is not there", hint: hint)
        }
        guard interpreter.hasSuffix("/env"), let option else { return }
        // `env -S python3 -u` and `env NAME=value python3`: the first word that is neither is the program.
        let words = option.split(separator: " ").map(String.init)
        let isProgram = { (word: String) in !word.hasPrefix("-") && !word.utf8.contains(UInt8(ascii: "=")) }
        guard let name = words.first(where: isProgram) else { return }
        if name.utf8.contains(UInt8(ascii: "/")) ? Files.status(name) != nil : resolver.find(name) != nil { return }
        throw .programUnusable(
            path: file,
            why: "its interpreter '\(name)' is in none of " + resolver.searchPath.joined(separator: ", "),
            hint: hint
        )
    }

    private func requireMachine(_ machine: Machine) throws(ShimError) {
        let own = Machine.current
        guard own != machine else { return }
        // An emulator may be registered with the kernel (binfmt_misc); then it would run.
        if Files.status("/proc/sys/fs/binfmt_misc/status") != nil { return }
        throw .programUnusable(
            path: file,
            why: "it is for \(machine), this machine is \(own)",
            hint: "build it for \(own), or set the function's architecture to \(machine)"
        )
    }
}
