/// A processor architecture: the `e_machine` of an ELF header.
package struct Machine: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number in the header (`EM_...` of elf.h).
    package let rawValue: UInt16

    /// Makes a machine from any number, also one that has no name here.
    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// AMD64 (`EM_X86_64`), Lambda's `x86_64`.
    package static let x86_64 = Self(rawValue: 62)
    /// AArch64 (`EM_AARCH64`), Lambda's `arm64`.
    package static let arm64 = Self(rawValue: 183)

    /// The machine this code was compiled for.
    package static var current: Self {
        #if arch(arm64)
        .arm64
        #else
        .x86_64
        #endif
    }

    /// The machine that Lambda means by a name, or `nil` for a name Lambda does not have.
    package init?(lambdaName: String) {
        switch lambdaName {
        case "x86_64": self = .x86_64
        case "arm64": self = .arm64
        default: return nil
        }
    }

    /// Whether Lambda has this machine.
    package var isOnLambda: Bool { self == .x86_64 || self == .arm64 }

    /// The name: Lambda's for the two that Lambda has, the usual one for others.
    package var description: String {
        switch rawValue {
        case 3: "i386"
        case 8: "mips"
        case 20: "ppc"
        case 21: "ppc64"
        case 22: "s390x"
        case 40: "arm"
        case 62: "x86_64"
        case 183: "arm64"
        case 243: "riscv"
        case 258: "loongarch"
        default: "machine \(rawValue)"
        }
    }
}
