import Foundation
import Glibc
import HTTPWire
import Platform
import Testing

extension EndToEnd {
    /// Events with random faults, seeded: each has exactly one right answer, and nothing is left.
    ///
    /// CI runs a small share; `SHIM_SOAK=50000` in the environment runs so many in each mode.
    @Suite(.timeLimit(.minutes(60))) struct ModeSoakTests {
        private static let count = ProcessInfo.processInfo.environment["SHIM_SOAK"].flatMap { Int($0) } ?? 150

        /// What the program does with an event, and how the answer looks then.
        private enum Kind: String, CaseIterable {
            case fine, large, exit, kill, half, silent, second, noise, daemon, slow
        }

        private static let program = """
            $| = 1;
            my $worker = ($ENV{SHIM_MODE} // '') eq 'worker';
            while (<STDIN>) {
                chomp;
                my ($kind, $text) = /^"(\\w+) (.*)"$/;
                print STDERR "about $text\\n" if $kind ne 'fine';
                exit 3 if $kind eq 'exit';
                kill 9, $$ if $kind eq 'kill';
                if ($kind eq 'half') { print substr $text, 1; exit 4 }
                exit 5 if $kind eq 'silent';
                if ($kind eq 'slow') { sleep 30 }
                if ($kind eq 'noise') { print STDERR 'x' x 70000, "\\n" }
                if ($kind eq 'daemon') { if (fork == 0) { setpgrp; close STDIN; close STDOUT; close STDERR; sleep 300; exit } }
                if ($kind eq 'second' && $worker) { print "$text\\n$text\\n"; next }
                print $kind eq 'large' ? $text x 20000 : $text, "\\n";
                last unless $worker;
            }
            """

        @Test(arguments: ["process", "worker", "standby"]) func everyEventHasOneRightAnswer(mode: String) throws {
            let seed = UInt64(mode.utf8.reduce(7) { $0 &* 31 &+ Int($1) })
            var random = SplitMix(state: seed)
            let shim = try ShimUnderTest(
                ["perl", "-e", Self.program],
                environment: ["SHIM_MODE": mode, "LC_ALL": "C"],
                executable: Executables.staticShim()
            )
            let end = mode == "worker" ? "" : "\n"
            _ = try shim.invoke("\"fine first\"")
            try shim.settle()
            let descriptors = try shim.descriptorCount()
            for index in 0..<Self.count {
                // Most are fine, and few are slow: each of these takes the whole time that it has.
                let roll = Int(truncatingIfNeeded: random.next() >> 33)
                let kind: Kind =
                    roll % 10 < 6
                    ? .fine : roll % 500 == 7 ? .slow : Kind.allCases[roll / 10 % (Kind.allCases.count - 1)]
                let text = "event \(index) \(random.next())"
                let answer = try shim.invoke(
                    "\"\(kind) \(text)\"\n",
                    remaining: kind == .slow ? .milliseconds(500) : .seconds(60)
                )
                let where_ = "seed \(seed), event \(index), \(kind): \(answer.text.prefix(300))"
                switch kind {
                case .fine, .noise, .daemon: #expect(answer.isResponse && answer.text == text + end, "\(where_)")
                case .second where mode != "worker":
                    #expect(answer.isResponse && answer.text == text + end, "\(where_)")
                case .large:
                    #expect(
                        answer.isResponse && answer.text == String(repeating: text, count: 20_000) + end,
                        "\(where_)"
                    )
                case .exit, .half, .silent:
                    let status = kind == .exit ? 3 : kind == .half ? 4 : 5
                    #expect(answer.errorType == "Function.ExitStatus", "\(where_)")
                    let message = try answer.error().errorMessage
                    #expect(message == "perl exited with status \(status): about \(text)", "\(where_)")
                case .kill: #expect(answer.errorType == "Function.KilledBySignal", "\(where_)")
                case .second: #expect(answer.errorType == "Function.UnexpectedOutput", "\(where_)")
                case .slow: #expect(answer.errorType == "Function.TimedOut", "\(where_)")
                }
            }
            try shim.settle()
            let waiting = mode == "process" ? 0 : 1
            eventually("nothing is left but what waits") { shim.children().count <= waiting }
            try eventually("as many descriptors as before") { try shim.descriptorCount() <= descriptors + 3 }
            shim.process.signal(SIGTERM)
            #expect(shim.process.wait(.seconds(20)) == 128 + SIGTERM)
        }
    }
}
