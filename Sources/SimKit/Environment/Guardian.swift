import Glibc
import Platform

/// A small process that outlives the simulator by a moment: if the simulator is killed, it ends what the simulator has
/// started and removes its folder.
///
/// It reads a pipe, of which only the simulator has the other end: the groups that run, a line each time that changes. The
/// end of the pipe is the end of the simulator. A shell does this as well as any program of our own.
package final class Guardian {
    private static let script = """
        groups=
        while read -r line; do groups=$line; done
        [ "$groups" = done ] && exit
        for group in $groups; do kill -KILL -- "-$group"; done 2>/dev/null
        for file in $(grep -lsF -e "=$1/" /proc/[0-9]*/environ); do
            pid=${file#/proc/}
            kill -KILL "${pid%%/*}"
        done 2>/dev/null
        rm -rf -- "$1"
        """

    let pid: ProcessID
    private let writer: Descriptor

    /// Starts it.
    ///
    /// - Parameter folder: What it removes.
    /// - Throws: ``SystemError`` where it cannot be started.
    package init(folder: String) throws(SystemError) {
        let ends = try Descriptor.pipe()
        var child = ChildSpec(
            executable: "/bin/sh",
            arguments: ["sh", "-c", Self.script, "shim-sim-guard", folder],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: "/"
        )
        // The pipe's own end is closed on exec, what is opened by this name is not.
        child.input = "/proc/self/fd/\(ends.reader.raw)"
        let null = try Descriptor.open("/dev/null", O_WRONLY)
        pid = try ProcessControl.spawn(child, output: null.raw, error: null.raw)
        let (reader, writer) = ends.giveAway()
        _ = Descriptor(owning: reader)
        self.writer = Descriptor(owning: writer)
    }

    /// Tells it which process groups run.
    func tell(_ groups: Set<ProcessID>) { say(groups.map { String($0) }.joined(separator: " ")) }

    /// Nothing is left to do for it.
    package func dismiss() { say("done") }

    /// A guardian that is gone hears nothing; the simulator goes on without it.
    private func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        bytes.withUnsafeBytes { bytes in
            do throws(SystemError) {
                _ = try Descriptor.write(writer.raw, bytes)
            } catch {
                // Killed by hand: the next start of a simulator removes what is left.
            }
        }
    }
}
