/// What the Runtime and Extensions APIs answer: from the sources of AWS's emulator, which share their code with Lambda's own.
enum RecordedRuntimeAPI {
    /// A question in Python, asked by the runtime in this order, and its answer.
    struct Question: Sendable {
        let name: String
        let source: String
        let python: String
        let status: Int
        let body: String
    }

    private static func error(_ type: String, _ message: String) -> String {
        #"{"errorMessage":"\#(message)","errorType":"\#(type)"}"# + "\n"
    }

    private static let unknown = "11111111-1111-4111-8111-111111111111"

    private static func ext(_ name: String, _ method: String, _ path: String, _ headers: String, body: String = "{}")
        -> String
    {
        #"path('\#(method)', '/2020-01-01/extension/\#(path)', b'\#(body)', '\#(headers)')"#
    }

    static let questions: [Question] = [
        Question(
            name: "ping",
            source: "rapi/handler/ping.go",
            python: "path('GET', '/2018-06-01/ping')",
            status: 200,
            body: "pong"
        ),
        Question(
            name: "an answer before an event",
            source: "rapi/middleware (AwsRequestIDValidator)",
            python: "call('POST', 'invocation/\(unknown)/response')",
            status: 400,
            body: error("InvalidRequestID", "Invalid request ID")
        ),
        Question(
            name: "an error before an event",
            source: "rapi/middleware (AwsRequestIDValidator)",
            python: "call('POST', 'invocation/\(unknown)/error')",
            status: 400,
            body: error("InvalidRequestID", "Invalid request ID")
        ),
        Question(
            name: "restore without SnapStart",
            source: "rapi/router.go",
            python: "call('GET', 'restore/next')",
            status: 404,
            body: "404 page not found\n"
        ),
        Question(
            name: "a wrong method",
            source: "rapi/router.go",
            python: "call('POST', 'invocation/next')",
            status: 405,
            body: ""
        ),
        Question(
            name: "an extension without a name",
            source: "rapi/handler/agentregister.go",
            python: ext("", "POST", "register", ""),
            status: 403,
            body: error("Extension.InvalidExtensionName", "Empty extension name")
        ),
        Question(
            name: "an extension with an empty body",
            source: "rapi/handler/agentregister.go (parseRegister)",
            python: ext("", "POST", "register", #"Lambda-Extension-Name: a\r\n"#, body: ""),
            status: 403,
            body: error("InvalidRequestFormat", "unexpected end of JSON input")
        ),
        Question(
            name: "an event that is none",
            source: "core/agentutil.go",
            python: ext("", "POST", "register", #"Lambda-Extension-Name: a\r\n"#, body: #"{"events":["X"]}"#),
            status: 403,
            body: error("Extension.InvalidEventType", "X: ErrorInvalidEventType")
        ),
        Question(
            name: "SHUTDOWN for an internal extension",
            source: "core/agentutil.go",
            python: ext("", "POST", "register", #"Lambda-Extension-Name: a\r\n"#, body: #"{"events":["SHUTDOWN"]}"#),
            status: 403,
            body: error("Extension.InvalidEventType", "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension")
        ),
        Question(
            name: "next without an identifier",
            source: "rapi/middleware (AgentUniqueIdentifierHeaderValidator)",
            python: ext("", "GET", "event/next", "", body: ""),
            status: 403,
            body: error("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header")
        ),
        Question(
            name: "next with an identifier that is none",
            source: "rapi/middleware (AgentUniqueIdentifierHeaderValidator)",
            python: ext("", "GET", "event/next", #"Lambda-Extension-Identifier: x\r\n"#, body: ""),
            status: 403,
            body: error("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier")
        ),
        Question(
            name: "next of nobody",
            source: "rapi/handler/agentnext.go",
            python: ext("", "GET", "event/next", #"Lambda-Extension-Identifier: \#(unknown)\r\n"#, body: ""),
            status: 403,
            body: error("Extension.UnknownExtensionIdentifier", "Unknown extension \(unknown)")
        ),
        Question(
            name: "an init error without a type",
            source: "rapi/handler/agentiniterror.go",
            python: ext("", "POST", "init/error", #"Lambda-Extension-Identifier: \#(unknown)\r\n"#),
            status: 403,
            body: error("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found")
        ),
        Question(
            name: "an init error with an empty type",
            source: "rapi/handler/agentiniterror.go",
            python: ext(
                "",
                "POST",
                "init/error",
                #"Lambda-Extension-Identifier: \#(unknown)\r\nLambda-Extension-Function-Error-Type: \r\n"#
            ),
            status: 403,
            body: error("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found")
        ),
        Question(
            name: "an init error of nobody",
            source: "rapi/handler/agentiniterror.go",
            python: ext(
                "",
                "POST",
                "init/error",
                #"Lambda-Extension-Identifier: \#(unknown)\r\nLambda-Extension-Function-Error-Type: A.B\r\n"#
            ),
            status: 403,
            body: error("Extension.UnknownExtensionIdentifier", "Unknown Lambda-Extension-Identifier")
        ),
        Question(
            name: "an exit error without a type",
            source: "rapi/handler/agentexiterror.go",
            python: ext("", "POST", "exit/error", #"Lambda-Extension-Identifier: \#(unknown)\r\n"#),
            status: 403,
            body: error("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found")
        ),
        Question(
            name: "telemetry",
            source: "rapi/handler/runtimelogs_stub.go",
            python: "path('PUT', '/2022-07-01/telemetry', b'{}')",
            status: 202,
            body: error("Telemetry.NotSupported", "Telemetry API is not supported")
        ),
        Question(
            name: "an event",
            source: "rapi/rendering/rendering.go",
            python: "take()",
            status: 200,
            body: "{}"
        ),
        Question(
            name: "the same event again",
            source: "core/states.go",
            python: "next()",
            status: 200,
            body: "{}"
        ),
        Question(
            name: "an extension that comes too late",
            source: "rapi/handler/agentregister.go",
            python: ext("", "POST", "register", #"Lambda-Extension-Name: b\r\n"#),
            status: 403,
            body: error("Extension.RegistrationClosed", "Extension registration closed already")
        ),
        Question(
            name: "an init error within a call",
            source: "rapi/handler/initerror.go",
            python: "call('POST', 'init/error', b'{}')",
            status: 403,
            body: error(
                "InvalidStateTransition",
                "State transition from Running to InitError failed for runtime. Error: State transition is not allowed"
            )
        ),
        Question(
            name: "an answer to another call",
            source: "rapi/middleware (AwsRequestIDValidator)",
            python: "call('POST', 'invocation/\(unknown)/response')",
            status: 400,
            body: error("InvalidRequestID", "Invalid request ID")
        ),
        Question(
            name: "an answer with an empty response mode",
            source: "rapi/handler/invocationresponse.go (an empty header is none)",
            python: #"answer('response', SEEN_NOW(), 'Lambda-Runtime-Function-Response-Mode: \r\n')"#,
            status: 202,
            body: #"{"status":"OK"}"# + "\n"
        ),
        Question(
            name: "a second answer",
            source: "core/states.go",
            python: "answer('response', b'1')",
            status: 403,
            body: error(
                "InvalidStateTransition",
                "State transition from RuntimeResponseSentState to InvocationResponse failed for runtime. Error: State transition is not allowed"
            )
        ),
        Question(
            name: "an error after the answer",
            source: "core/states.go",
            python: "answer('error', b'{}')",
            status: 403,
            body: error(
                "InvalidStateTransition",
                "State transition from RuntimeResponseSentState to InvocationErrorResponse failed for runtime. Error: State transition is not allowed"
            )
        ),
    ]

    /// A runtime that asks all of them; what it has seen before its answer is the answer, the rest is in its log.
    static var bootstrap: String {
        var script =
            SimRuntimeAPITests.prelude + #"""
                def path(method, full, body=b'', headers=''):
                    return raw(('%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n' % (method, full, len(body), headers)).encode() + body)
                ID = None
                def take():
                    global ID
                    answer = next()
                    ID = answer[1]['lambda-runtime-aws-request-id']
                    return answer
                def answer(kind, body, headers=''):
                    return call('POST', 'invocation/%s/%s' % (ID, kind), body, headers)
                def SEEN_NOW(): return json.dumps(SEEN).encode()

                """#
        var afterAnswer = false
        for question in questions {
            script += "see(\(quoted(question.name)), \(question.python))\n"
            if question.python.hasPrefix("answer('response', SEEN_NOW()") {
                script += "SEEN = SEEN[-1:]\n"
                afterAnswer = true
            }
        }
        precondition(afterAnswer, "one of the questions is the answer")
        return script + "print('LATE ' + json.dumps(SEEN), flush=True)\nnext()\n"
    }

    private static func quoted(_ text: String) -> String { "'\(text)'" }
}
