import Foundation
import Glibc
import Platform
import Testing

extension EndToEnd {
    /// `AWS_LAMBDA_MAX_CONCURRENCY`: several events at once in one shim, in every mode, under the simulator and boto3.
    @Suite(.timeLimit(.minutes(3))) struct LanesTests {
        private static func options(_ lanes: Int, _ settings: [String]) -> [String] {
            ["AWS_LAMBDA_MAX_CONCURRENCY=\(lanes)"].flatMap { ["--env", $0] }
                + settings.flatMap { ["--env", $0] } + ["--concurrency", "1", "--timeout", "20"]
        }

        /// Runs boto3 against one environment with so many lanes.
        private func run(
            _ program: String,
            lanes: Int = 4,
            _ settings: [String] = [],
            _ client: String
        ) async throws -> (text: String, log: String) {
            try await SimTool.withFolder { folder in
                let file = try SimTool.script(program, at: folder, named: "program")
                return try await SimServer.with(["f=\(file)"] + Self.options(lanes, settings), in: folder) { server in
                    let text = try await server.python(client)
                    return (text, server.running.log)
                }
            }
        }

        private static let together = """
            def together(events):
                results = [None] * len(events)
                def call(i): results[i] = invoke('f', json.dumps(events[i]).encode())
                threads = [threading.Thread(target=call, args=(i,)) for i in range(len(events))]
                start = time.time()
                for t in threads: t.start()
                for t in threads: t.join()
                return results, time.time() - start

            """

        @Test(arguments: ["process", "worker", "standby"]) func eventsRunAtOnce(mode: String) async throws {
            let loop = """
                #!/usr/bin/perl
                $| = 1;
                while (<STDIN>) { chomp; select undef, undef, undef, 1; print "[$_,$$]\\n"; last if $ENV{SHIM_MODE} ne 'worker' }
                """
            let (text, log) = try await run(
                loop,
                ["SHIM_MODE=\(mode)"],
                Self.together + """
                    invoke('f', b'0')
                    results, seconds = together([1, 2, 3, 4])
                    answers = [json.loads(r['Payload']) for r in results]
                    assert [a[0] for a in answers] == [1, 2, 3, 4], answers
                    assert len(set(a[1] for a in answers)) == 4, answers
                    # One after another takes four seconds.
                    print('done' if seconds < 3.5 else seconds)
                    """
            )
            #expect(text == "done\n", "\(log)")
            #expect(!log.contains("shim["), "\(log)")
        }

        @Test(arguments: ["process", "worker"]) func failuresDisturbNoOther(mode: String) async throws {
            let loop = """
                #!/usr/bin/perl
                $| = 1;
                while (<STDIN>) {
                    chomp;
                    if (/crash/) { print STDERR "crashing\\n"; kill 9, $$ }
                    if (/hang/) { sleep 100 }
                    select undef, undef, undef, .05;
                    print STDERR "answered $_ ", "x" x 3000, "\\n";
                    print "$_\\n";
                    last if $ENV{SHIM_MODE} ne 'worker';
                }
                """
            let (text, log) = try await run(
                loop,
                lanes: 6,
                ["SHIM_MODE=\(mode)"],
                Self.together + """
                    events = []
                    for i in range(60): events.append('crash' if i % 7 == 3 else 'good %d' % i)
                    import concurrent.futures
                    pool = concurrent.futures.ThreadPoolExecutor(6)
                    def call(event): return event, invoke('f', json.dumps(event).encode())
                    for event, r in pool.map(call, events):
                        if event == 'crash':
                            assert r['FunctionError'] == 'Unhandled', r
                            assert json.loads(r['Payload'])['errorType'] == 'Function.KilledBySignal', r
                            assert json.loads(r['Payload'])['errorMessage'].endswith(': crashing'), r
                        else:
                            assert 'FunctionError' not in r and json.loads(r['Payload']) == event, (event, r)
                    print('done')
                    """
            )
            #expect(text == "done\n", "\(log.suffix(3000))")
            // Each line of a program is whole, with the id of its event.
            struct Record: Decodable { let message: String, requestId: String }
            let records = try log.split(separator: "\n").filter { $0.contains("answered ") }
                .map { try JSONDecoder().decode(Record.self, from: Data($0.utf8)) }
            #expect(records.count == 60 - 9, "\(records.count)")
            #expect(Set(records.map(\.requestId)).count == records.count)
            for record in records {
                #expect(
                    record.message.wholeMatch(of: /answered "good \d+" x{3000}/) != nil,
                    "\(record.message.prefix(200))"
                )
            }
        }

        @Test(arguments: ["process", "standby"]) func daemonsAreToldApart(mode: String) async throws {
            // One event leaves a daemon that has left its group; another one runs on with one of its own.
            let program = """
                #!/bin/sh
                read event
                case $event in
                    *long*) setsid sleep 300 </dev/null >/dev/null 2>&1 & pid=$!; sleep 3
                        kill -0 $pid && printf '"own daemon lives"' || printf '"own daemon was killed"';;
                    *) setsid sleep 300 </dev/null >/dev/null 2>&1 & printf %s $!;;
                esac
                """
            let (text, log) = try await run(
                program,
                ["SHIM_MODE=\(mode)"],
                """
                import os
                def lives(pid):
                    try: return open('/proc/%d/stat' % pid).read().split(')')[-1].split()[0] != 'Z'
                    except FileNotFoundError: return False
                def event(text): return json.dumps(text).encode() + b'\\n'
                result = []
                thread = threading.Thread(target=lambda: result.append(invoke('f', event('long'))))
                thread.start()
                time.sleep(1)
                daemons = [int(invoke('f', event('short'))['Payload']) for _ in range(4)]
                until = time.time() + 1.5
                while any(lives(d) for d in daemons) and time.time() < until: time.sleep(0.01)
                assert not any(lives(d) for d in daemons), daemons
                thread.join()
                print(result[0]['Payload'])
                """
            )
            #expect(text == "\"own daemon lives\"\n", "\(log)")
        }

        /// A lane is a connection, a few objects and the pipes of a program.
        @Test(arguments: ["process", "worker", "standby"]) func sixteenLanesAreSmall(mode: String) async throws {
            let program = """
                #!/bin/sh
                while read -r event || [ "$event" ]; do
                    case $event in
                        *memory*) sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$PPID/status;;
                        *) printf '%s\\n' "$event";;
                    esac
                    event=
                done
                """
            var kilobytes: [Int] = []
            for lanes in [1, 16] {
                try await SimTool.withFolder { folder in
                    let function = folder.appendingPathComponent("function")
                    try SimTool.script(program, at: function, named: "program")
                    let bootstrap = "#!/bin/sh\nexec '\(try Executables.staticShim())' \"$LAMBDA_TASK_ROOT/program\"\n"
                    try SimTool.script(bootstrap, at: function)
                    let options = ["f=\(function.path)"] + Self.options(lanes, ["SHIM_MODE=\(mode)"])
                    try await SimServer.with(options, in: folder) { server in
                        let text = try await server.python(
                            Self.together + """
                                for round in range(10):
                                    results, _ = together(list(range(\(lanes))))
                                    assert [json.loads(r['Payload']) for r in results] == list(range(\(lanes))), results
                                print(int(invoke('f', b'"memory"')['Payload']))
                                """
                        )
                        kilobytes.append(try #require(Int(text.trimmingCharacters(in: .newlines))))
                    }
                }
            }
            #expect(kilobytes[1] - kilobytes[0] <= 15 * 1024, "\(kilobytes)")
        }

        @Test func moreThanTheDescriptorsAllowIsSaid() throws {
            let shim = try ShimUnderTest(
                ["-c", "ulimit -n 100; exec \"$0\" cat", try Executables.path("shim")],
                environment: ["AWS_LAMBDA_MAX_CONCURRENCY": "50"],
                executable: "/bin/sh"
            )
            eventually("it says so") { shim.process.errors.contains("hint") }
            #expect(
                shim.process.errors
                    == "shim[warn] the 100 files that the process may open are enough for 5 of 50 events at once; "
                    + "hint: raise the limit to 818: 'ulimit -n 818'\n"
            )
        }
    }
}
