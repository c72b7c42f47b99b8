import Testing

/// What `--help` prints, whole: a change of it is a change of the interface.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SimHelpTests {
    @Test(arguments: [([], overview), (["run"], run), (["serve"], serve), (["event"], event)] as [([String], String)])
    func helpIsPinned(command: [String], help: String) async throws {
        for option in ["--help", "-h"] {
            let result = try await SimTool.sim(command + [option])
            #expect(result.status == 0 && result.log == "")
            #expect(result.text == help)
        }
    }

    @Test func samplesAreListedAndPrinted() async throws {
        let list = try await SimTool.sim(["event"])
        #expect(list.text.hasPrefix("apigateway-v2  API Gateway HTTP API, payload 2.0\n"))
        #expect(list.text.split(separator: "\n").count == 10)
        let piped = try await SimTool.sim(["event", "scheduled"])
        #expect(piped.status == 0 && piped.text.contains(#""detail-type": "Scheduled Event""#))
        let unknown = try await SimTool.sim(["event", "sqss"])
        #expect(unknown.status == 64)
        #expect(unknown.log == "shim-sim: there is no sample event 'sqss'\nhint: 'shim-sim event' lists them\n")
    }

    private static let overview = #"""
        shim-sim: a local Lambda: runs a program, script or package as Lambda runs it, without Docker

        usage: shim-sim
               shim-sim run [options] TARGET [-- ARG...]
               shim-sim serve [options] TARGET [-- ARG...]
               shim-sim serve [options] NAME=TARGET ...
               shim-sim event [NAME]

        options:
          -h, --help  Show this help
          --version   Show the version

        commands, each with its own --help:
          run          call a function once and print its answer
          serve        serve functions as Lambda does, for any AWS client
          event        print a sample event, or list them
          completions  print what a shell needs to complete these commands: bash, zsh or fish

        Without a command, the sample function 'echo' is called with a sample event.

        """#

    private static let run = #"""
        shim-sim run: call a function once and print its answer

        usage: shim-sim run [options] TARGET [-- ARG...]

        options:
          -d, --data JSON|@FILE   The event (default: {})
          -e, --event FILE        A file with the event; - is standard input
          --timeout SECONDS       Time-out of an invocation, 0.1 to 900 (default: 3)
          --memory MB             Memory of the function, 128 to 10240 (default: 128)
          --env NAME=VALUE        Set an environment variable (repeatable)
          --env-file FILE         Set the variables of a file of NAME=VALUE lines (repeatable)
          --pass-env NAME         Pass on a variable of this shell; NAME* passes on all that begin with NAME
                                  (repeatable)
          --handler NAME          Value of _HANDLER (default: the program's name)
          --log-format text|json  Format of the log (default: text)
          --layer DIR|ZIP         Merge a layer into /opt; later ones win (repeatable)
          --wrap COMMAND          Run the program under this command, such as 'strace -f'; no time-out
          --cpu-share             Give it only as much CPU as Lambda does for its memory
          --isolate               Run it as Lambda's user, in Lambda's folders, on a read-only root file system
          --isolate-if-possible   Like --isolate; where this machine does not allow it, run without it and say
                                  so
          --root bare|host|DIR    Root for --isolate: what provided.al2023 has, this machine's or a folder
                                  (default: bare; host for a program)
          --replay DIR            Call it with the events that 'serve --record DIR' kept, and say which answers
                                  differ
          --repeat N              Call it N times in one environment: cold, then warm (default: 1)
          --quiet                 No log, only the answer
          -h, --help              Show this help
          --version               Show the version

        TARGET is an executable or script, which the bootstrap 'shim' runs with ARG... for the event; a folder or zip
        that holds an executable 'bootstrap'; or a container image, as 'shim-pack --image' or 'docker save' writes it
        (no docker is needed).

        Standard output is the answer's bytes, standard error is the log. Exit status: 0; 1 where the function failed,
        with its error on standard output, or could not be called; 64 wrong usage.

        examples:
          shim-sim run /usr/bin/wc -d '{"a":1}' -- -c
          shim-sim run --repeat 3 --timeout 10 function.zip -e event.json

        """#

    private static let serve = #"""
        shim-sim serve: serve functions as Lambda does, for any AWS client

        usage: shim-sim serve [options] TARGET [-- ARG...]
               shim-sim serve [options] NAME=TARGET ...
               shim-sim serve [options] --config FILE
               shim-sim serve [options] [--control-plane]

        options:
          --host ADDRESS                  Where to listen (default: 127.0.0.1)
          --port PORT                     Port to listen on, 0 for any (default: 9000)
          --config FILE                   JSON with functions and their settings, or shim-deploy.json
          --timeout SECONDS               Time-out of an invocation, 0.1 to 900 (default: 3)
          --memory MB                     Memory of the function, 128 to 10240 (default: 128)
          --env NAME=VALUE                Set an environment variable (repeatable)
          --env-file FILE                 Set the variables of a file of NAME=VALUE lines (repeatable)
          --pass-env NAME                 Pass on a variable of this shell; NAME* passes on all that begin with
                                          NAME (repeatable)
          --handler NAME                  Value of _HANDLER (default: the program's name)
          --log-format text|json          Format of the log (default: text)
          --layer DIR|ZIP                 Merge a layer into /opt; later ones win (repeatable)
          --wrap COMMAND                  Run the program under this command, such as 'strace -f'; no time-out
          --cpu-share                     Give it only as much CPU as Lambda does for its memory
          --isolate                       Run it as Lambda's user, in Lambda's folders, on a read-only root file
                                          system
          --isolate-if-possible           Like --isolate; where this machine does not allow it, run without it
                                          and say so
          --root bare|host|DIR            Root for --isolate: what provided.al2023 has, this machine's or a
                                          folder (default: bare; host for a program)
          --concurrency N                 The most environments of a function at a time (default: 10)
          --idle-timeout SECONDS          End an environment that has been idle for this long (default: 600)
          --retry-delays SECONDS,...      Delays before a failed event is tried again (default: 60,120)
          --on-failure FILE|function:NAME
                                          Where to send an event that failed for good
          --url-port PORT                 Port of the function URL, 0 for any
          --url-stream                    The function URL streams (RESPONSE_STREAM)
          --limit-bandwidth               Streamed answers: 6 MB at once, then 2 MB/s, as on Lambda
          --watch                         Use a changed target from the next call on
          --freeze                        Stop environments between calls, as Lambda does
          --env-all NAME=VALUE            Set a variable of every function that does not set it itself
                                          (repeatable)
          --no-lambda-endpoint            Do not tell functions how to call each other (AWS_ENDPOINT_URL_LAMBDA)
          --record DIR                    Keep events and answers, for 'shim-sim run --replay'
          --quiet                         No logs of functions
          --control-plane                 Also serve Lambda's API for functions; the default without a TARGET
          --data DIR                      Where that API keeps functions and layers (default: a temporary
                                          folder)
          --transition-time SECONDS       How long a function stays Pending or InProgress (default: 0)
          --schedule NAME=EXPRESSION      Call a function by a schedule: rate(5 minutes), cron(0 12 * * ? *)
                                          (repeatable)
          --bucket NAME=DIR               Call a function with an S3 event for each file that comes into the
                                          folder (repeatable)
          --api-port PORT                 Port of an HTTP API, as of API Gateway; 0 for any
          --route ROUTE=NAME              Route of the HTTP API, 'GET /items/{id}=NAME' (default: $default to
                                          the only function) (repeatable)
          --api-payload VERSION           Version of its events (default: 2.0)
          --api-stage NAME                Its stage, the first part of paths
          --alb NAME=PORT                 Put an Application Load Balancer in front of a function; 0 is any port
                                          (repeatable)
          --alb-multi-value               The load balancers send headers and parameters as lists
          -h, --help                      Show this help
          --version                       Show the version

        TARGET is what 'shim-sim run' takes. With one target and no NAME, the function is called 'function'. Without
        any, functions are created by Lambda's own API, as by 'aws lambda create-function --endpoint-url ...'.

        The page http://127.0.0.1:9000/_/ shows invocations, logs and environments, and sends events.

        examples:
          shim-sim serve function.zip
          aws lambda invoke --endpoint-url http://127.0.0.1:9000 --function-name function out.json
          curl -d '{}' http://127.0.0.1:9000/2015-03-31/functions/function/invocations

        """#

    private static let event = #"""
        shim-sim event: print a sample event, or list them

        usage: shim-sim event [NAME]

        options:
          -h, --help  Show this help
          --version   Show the version

        example:
          shim-sim event sqs | shim-sim run ./handler.py -e -

        """#
}
