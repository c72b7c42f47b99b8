import Glibc

/// The number of a process, or of a process group.
package typealias ProcessID = pid_t

/// The signals that other modules send or wait for, so that they need not import Glibc.
package enum Signal {
    /// SIGKILL.
    package static let kill = SIGKILL
    /// SIGTERM.
    package static let terminate = SIGTERM
    /// SIGINT.
    package static let interrupt = SIGINT
    /// SIGQUIT.
    package static let quit = SIGQUIT
    /// SIGHUP.
    package static let hangUp = SIGHUP
    /// SIGSTOP.
    package static let stop = SIGSTOP
    /// SIGCONT.
    package static let `continue` = SIGCONT
}
