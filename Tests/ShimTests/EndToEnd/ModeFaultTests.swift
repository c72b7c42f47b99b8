import Foundation
import Testing

extension EndToEnd {
    /// What a program does wrong, in every mode: its event fails with the reason, and the next one is answered.
    @Suite(.timeLimit(.minutes(3))) struct ModeFaultTests {
        private static let program = """
            $| = 1;
            while (<STDIN>) {
                chomp;
                my ($kind) = /^"(\\w+)"$/;
                print STDERR "about $kind\\n" if $kind ne 'fine';
                exit 3 if $kind eq 'exit';
                kill 11, $$ if $kind eq 'crash';
                kill 19, $$ if $kind eq 'frozen';
                if ($kind eq 'half') { print 'ha'; exit 4 }
                if ($kind eq 'slow') { sleep 60 }
                if ($kind eq 'stubborn') { $SIG{TERM} = 'IGNORE'; sleep 1 while 1 }
                if ($kind eq 'large') { print 'x' x 6291557 }
                if ($kind eq 'flood') { print 'x' x 65536 while 1 }
                if ($kind eq 'closed') { close STDOUT; sleep 60 }
                if ($kind eq 'second') { print "one\\ntwo\\n"; next }
                print "$_\\n";
                last if $ENV{SHIM_MODE} ne 'worker';
            }
            """

        /// What an event of a kind ends as: its error's type and what the message holds; `nil` where it is answered.
        private static func outcome(of kind: String, in mode: String) -> (type: String, words: String)? {
            switch kind {
            case "fine": nil
            case "exit": ("Function.ExitStatus", "perl exited with status 3: about exit")
            case "half": ("Function.ExitStatus", "perl exited with status 4: about half")
            case "crash": ("Function.KilledBySignal", "perl was killed by SIGSEGV")
            case "slow", "stubborn", "frozen": ("Function.TimedOut", "perl was told to stop ")
            case "large", "flood": ("Function.ResponseSizeTooLarge", "perl wrote more than 6291556 bytes")
            case "closed" where mode == "worker":
                ("Function.UnexpectedOutput", "perl, a worker, closed its standard output before it had answered")
            // Only the end of a process is the end of its answer.
            case "closed": ("Function.TimedOut", "perl was told to stop ")
            case "second" where mode == "worker":
                ("Function.UnexpectedOutput", "perl, a worker, wrote 'two' to standard output after its answer")
            default: nil
            }
        }

        @Test(
            arguments: ["process", "worker", "standby"],
            [
                "exit", "half", "crash", "slow", "stubborn", "frozen", "large", "flood", "closed", "second",
            ]
        )
        func faultFailsItsEventOnly(mode: String, kind: String) throws {
            let shim = try ShimUnderTest(
                ["perl", "-e", Self.program],
                environment: ["SHIM_MODE": mode, "LC_ALL": "C"]
            )
            let takesTime = ["slow", "stubborn", "frozen", "closed"].contains(kind)
            for _ in 0..<2 {
                #expect(try shim.invoke("\"fine\"\n").text.hasPrefix("\"fine\""))
                let answer = try shim.invoke("\"\(kind)\"\n", remaining: takesTime ? .seconds(1) : .seconds(60))
                if let (type, words) = Self.outcome(of: kind, in: mode) {
                    #expect(answer.isError && answer.errorType == type, "\(answer.text.prefix(300))")
                    let message = try answer.error().errorMessage
                    #expect(message.hasPrefix(words), "\(message)")
                } else {
                    #expect(answer.isResponse, "\(answer.text.prefix(300))")
                }
            }
            #expect(try shim.invoke("\"fine\"\n").text.hasPrefix("\"fine\""))
            try shim.settle()
            let waiting = mode == "process" ? 0 : 1
            eventually("nothing is left but what waits") { shim.children().count == waiting }
        }
    }
}
