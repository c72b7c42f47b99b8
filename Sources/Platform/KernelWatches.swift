import CLinux
import Glibc

/// The kernel's own list of what a loop watches (`epoll(7)`): a turn costs what is ready, and not what is watched.
///
/// Changes are told to the kernel before it is next asked, all but the end of a watch, whose descriptor is closed soon after.
final class KernelWatches {
    /// How many descriptors one turn reports at most.
    private static let most = 256

    private let list: Descriptor
    /// The watches by the numbers that the kernel has for them.
    private var watches: [EventLoop.Watch?] = []
    private var free: [Int] = []
    private var changed: [EventLoop.Watch] = []
    /// What epoll does not take and `poll` does: files, and descriptors that are watched twice.
    private var others: [EventLoop.Watch] = []
    private var tags = [UInt64](repeating: 0, count: most)
    private var seen = [UInt32](repeating: 0, count: most)
    /// Whether a watch has ended since this was last set.
    var hasEnded = false

    /// An empty list.
    init() throws(SystemError) {
        list = Descriptor(owning: try check("epoll_create1") { clinux_epoll_create() })
    }

    /// Takes up a watch, or hears that it wants something else.
    func change(_ watch: EventLoop.Watch) {
        guard !watch.isChanged else { return }
        watch.isChanged = true
        changed.append(watch)
    }

    /// Lets go of a watch.
    func remove(_ watch: EventLoop.Watch) {
        hasEnded = true
        watch.kernel = nil
        if let index = others.firstIndex(where: { $0 === watch }) { others.remove(at: index) }
        forget(watch)
    }

    /// Lets go of all: the loop goes on without the list.
    func removeAll(_ all: [EventLoop.Watch]) {
        for watch in all {
            watch.kernel = nil
            watch.number = nil
            watch.isChanged = false
        }
        watches = []
        others = []
        changed = []
    }

    private func forget(_ watch: EventLoop.Watch) {
        guard let number = watch.number else { return }
        watch.number = nil
        watches[number] = nil
        free.append(number)
        // It fails for a descriptor that is closed already, which is gone from the list.
        _ = clinux_epoll_remove(list.raw, watch.descriptor)
    }

    private func tellKernel() {
        let all = changed
        changed.removeAll(keepingCapacity: true)
        for watch in all {
            watch.isChanged = false
            guard watch.kernel != nil, !others.contains(where: { $0 === watch }) else { continue }
            let events = UInt32(UInt16(bitPattern: watch.events.rawValue))
            if watch.isPaused {
                forget(watch)
            } else if let number = watch.number {
                _ = clinux_epoll_change(list.raw, watch.descriptor, events, UInt64(number))
            } else {
                let number = free.popLast() ?? watches.count
                if number == watches.count { watches.append(nil) }
                if clinux_epoll_add(list.raw, watch.descriptor, events, UInt64(number)) == 0 {
                    watches[number] = watch
                    watch.number = number
                } else {
                    free.append(number)
                    others.append(watch)
                }
            }
        }
    }

    /// Waits until something is ready, or the time is over.
    ///
    /// - Parameters:
    ///   - timeout: How long at most; `nil` waits for ever.
    ///   - report: Gets what is ready.
    /// - Throws: ``SystemError``; an interrupted wait is not an error.
    func wait(timeout: Duration?, _ report: (EventLoop.Watch, Int16) -> Void) throws(SystemError) {
        tellKernel()
        var rest = timeout
        let asked = others.filter { !$0.isPaused }
        if !asked.isEmpty {
            var entries = asked.map { pollfd(fd: $0.descriptor, events: $0.events.rawValue, revents: 0) }
            entries.append(pollfd(fd: list.raw, events: Int16(POLLIN), revents: 0))
            try poll(&entries, timeout: timeout)
            for (index, watch) in asked.enumerated() where entries[index].revents != 0 {
                report(watch, entries[index].revents)
            }
            rest = .zero
        }
        let count = clinux_epoll_wait(
            list.raw,
            &tags,
            &seen,
            Int32(Self.most),
            rest.map(pollMilliseconds) ?? -1
        )
        if count == -1 {
            let code = Glibc.errno
            if code != EINTR { throw SystemError(call: "epoll_wait", errno: code) }
            return
        }
        for index in 0..<Int(count) {
            guard let watch = watches[Int(tags[index])] else { continue }
            report(watch, Int16(truncatingIfNeeded: seen[index]))
        }
    }
}
