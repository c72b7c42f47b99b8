import Foundation
import FunctionFile

/// An `aws` in a folder for PATH: it writes down what it is called with, plays refusals and deaths in their turn, and passes the
/// rest on to the real one, answers as it was told, or as a little AWS that remembers (``FakeAWSModel``).
final class FakeAWS {
    let folder: TemporaryFolder

    /// - Parameters:
    ///   - real: The AWS CLI that answers what is not refused; `nil` answers with what ``answer(_:_:)`` was given.
    ///   - fork: The same CLI, loaded already.
    ///   - remembers: Whether there is a little AWS behind it.
    /// - Throws: Where the folder cannot be made.
    init(real: String?, fork: ForkedAWS? = nil, remembers: Bool = false) throws {
        folder = try TemporaryFolder()
        if remembers { try folder.write("state", "{}") }
        try folder.write("model.py", FakeAWSModel.python)
        try folder.write(
            "aws",
            """
            #!/usr/bin/python3 -IS
            d, real, fork = '\(folder.path)', '\(real ?? "")', '\(fork?.name ?? "")'

            """ + ForkedAWS.client + Self.script,
            mode: 0o755
        )
    }

    private static let script = #"""
        import fcntl, os, signal, sys, time
        began = time.time_ns()
        words = sys.argv[1:]
        if os.path.exists(d + '/together'):
            def begun(mark=b''):
                with open(d + '/begun', 'ab') as file:
                    file.write(mark)
                    return file.tell()
            last, now = -1, begun(b'.')
            while last != now:
                time.sleep(0.3)
                last, now = now, begun()
        if words == ['--version']:
            if real: os.execv(real, [real] + words)
            sys.exit(print('aws-cli/2.0.0 Python/3'))
        call = '.'.join(words[:2])
        # What the CLI knows is not done.
        if '--generate-cli-skeleton' in words: call = 'skeleton.' + words[1]
        given = '%s/input.%d' % (d, os.getpid())
        if words[0] != 'configure':
            with open('/dev/stdin', 'rb') as source, open(given, 'wb') as copy: copy.write(source.read())

        def text(name):
            try:
                with open('%s/%s' % (d, name)) as file: return file.read()
            except FileNotFoundError: return None

        with open(d + '/lock', 'w') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            turn = int(text('count.' + call) or 0) + 1
            with open('%s/count.%s' % (d, call), 'w') as file: file.write(str(turn))

        def end(code):
            with open(d + '/log', 'a') as log: log.write('%d %d %s\n' % (began, time.time_ns(), ' '.join(words)))
            if death:
                sys.stdout.flush()
                os.kill(os.getppid(), int(death.split()[0]))
                # Whoever minds the signal ends this.
                if int(death.split()[0]) != signal.SIGKILL: time.sleep(20)
            sys.exit(code)

        def model():
            import json
            exec(text('model.py'), globals())
            request = json.loads(text('input.%d' % os.getpid()) or '{}')
            with open(d + '/lock', 'w') as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                state = json.loads(text('state'))
                try:
                    answer = getattr(Model(state), call.replace('.', '_').replace('-', '_'))(request, words)
                except Refused as refusal:
                    name = ''.join(part.capitalize() for part in words[1].split('-'))
                    sys.stderr.write('An error occurred (%s) when calling the %s operation: %s\n' % (
                        refusal.args[0], name, refusal.args[1]))
                    return 254
                # Whole or not at all: a signal may come at any time.
                with open(d + '/state.new', 'w') as file: json.dump(state, file)
                os.replace(d + '/state.new', d + '/state')
            if answer is not None: print(json.dumps(answer))
            return 0

        death = text('kill.%s.%d' % (call, turn))
        reads = ('get-', 'list-', 'describe-', 'head-', 'wait', 'filter-')
        # To publish what is published already is to read it, too.
        if (words[0] != 'configure' and words[1] not in ('invoke', 'publish-version') and not words[1].startswith(reads)
                and '--generate-cli-skeleton' not in words):
            death = death or text('kill.first')
        if text('do.' + call): os.system(text('do.' + call))
        if death and death.split()[1] == 'before': end(1)
        refusal = text('refuse.%s.%d' % (call, turn))
        if refusal is not None:
            sys.stderr.write(refusal)
            end(int(text('status') or 254))
        answer = text('answer.' + call)
        if answer is not None:
            sys.stdout.write(answer)
            end(0)
        if text('state') is not None and not call.startswith('skeleton.'):
            code = model()
            lost = text('lose.%s.%d' % (call, turn))
            if lost: sys.stderr.write(lost)
            end(255 if lost else code)
        if not real: end(0)
        with open(given if words[0] != 'configure' else '/dev/null') as source:
            if fork: end(forked(fork, words, source))
            import subprocess
            end(subprocess.run([real] + words, stdin=source).returncode)
        """#

    /// What follows the n-th call of an operation, `lambda.create-function`: this on standard error, and a failure.
    func refuse(_ call: String, _ number: Int = 1, _ said: String) throws {
        try folder.write("refuse.\(call).\(number)", said)
    }

    /// When a call ends whoever makes it.
    enum Moment: String, CaseIterable { case before, after }

    /// Sends a signal to whoever makes the n-th call of an operation, before or after what it does.
    func kill(_ call: String, _ number: Int = 1, by signal: Int32 = SIGKILL, _ moment: Moment = .before) throws {
        try folder.write("kill.\(call).\(number)", "\(signal) \(moment)")
    }

    /// Sends a signal to whoever makes a call that changes something, after that.
    func killAtFirstWrite(by signal: Int32) throws { try folder.write("kill.first", "\(signal) after") }

    /// Does what the n-th call asks for, and loses the answer.
    func lose(_ call: String, _ number: Int = 1, _ said: String) throws {
        try folder.write("lose.\(call).\(number)", said)
    }

    /// What a shell does before each call of an operation, in the folder of whoever makes it.
    func before(_ call: String, _ command: String) throws { try folder.write("do.\(call)", command) }

    /// What the little AWS has.
    var state: JSON? { (try? folder.read("state")).flatMap { JSON.parse($0.utf8) } }

    /// What an operation always answers; `skeleton.add-permission` is for what the CLI knows of its members.
    func answer(_ call: String, _ json: String) throws { try folder.write("answer.\(call)", json) }

    /// Calls that are made side by side overlap in time, however quickly they are answered: each waits until none has begun
    /// for a moment.
    func holdCallsTogether() throws { try folder.write("together", "") }

    /// Forgets what was called, and how often.
    func reset() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where ["log", "count.", "input.", "refuse.", "kill.", "lose.", "do."].contains(where: { name.hasPrefix($0) }) {
            try FileManager.default.removeItem(atPath: folder.path + "/" + name)
        }
    }

    private var lines: [[Substring]] {
        let log = (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? ""
        return log.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: false) }
    }

    /// The operations that were called, in the order of their ends.
    var calls: [String] {
        lines.filter { !$0.contains("--generate-cli-skeleton") && !$0.contains("--version") }.map {
            $0.dropFirst(2).prefix(2).joined(separator: " ")
        }
    }

    /// The words of every call.
    var words: String { lines.map { $0.joined(separator: " ") }.joined(separator: "\n") }

    /// Calls that change something.
    var writes: [String] {
        calls.filter { call in
            !["get-", "list-", "describe-", "head-", "wait", "filter-"].contains {
                call.split(separator: " ").last?.hasPrefix($0) == true
            }
                && call != "configure get" && call != "lambda invoke"
        }
    }

    /// How many calls waited for each other: the longest chain of which each began after the one before had ended.
    var depth: Int {
        let spans = lines.compactMap { line -> (Int, Int)? in
            guard line.count > 2, let start = Int(line[0]), let end = Int(line[1]) else { return nil }
            return (start, end)
        }.sorted { $0.1 < $1.1 }
        var count = 0
        var last = 0
        for (start, end) in spans where start >= last {
            count += 1
            last = end
        }
        return count
    }

    /// What the calls got on standard input.
    var inputs: String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasPrefix("input.") }.sorted().map {
            (try? String(contentsOfFile: folder.path + "/" + $0, encoding: .utf8)) ?? ""
        }.joined(separator: "\n")
    }
}
