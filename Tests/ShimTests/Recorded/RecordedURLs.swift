import Foundation

/// What a function URL makes of a function's answer, and of a request.
///
/// The function answers with the request's body; see ``RecordedFunctions``.
enum RecordedURLs {
    private static func answer(
        _ name: String,
        _ source: String,
        _ function: String,
        _ status: Int,
        _ body: String?,
        _ fields: [String: String] = ["content-type": "application/json"]
    ) -> RecordedAnswer {
        RecordedAnswer(
            name: name,
            source: source,
            target: "/custom_path/extend?test_param=test_value",
            headers: ["Content-Type": "text/plain"],
            body: Array(function.utf8),
            status: status,
            fields: fields,
            answer: body
        )
    }

    private static func returned(_ id: String, _ function: String, _ body: String) -> RecordedAnswer {
        answer(
            id,
            "localstack test_lambda_url_invocation[\(id)]",
            function,
            200,
            body,
            ["content-type": "application/json", "content-length": String(body.utf8.count)]
        )
    }

    /// Answers.
    static let answers: [RecordedAnswer] = [
        returned("dict", #"{"hello": "world"}"#, #"{"hello":"world"}"#),
        returned("http-response", #"{"statusCode": 200, "body": "body123"}"#, "body123"),
        returned(
            "http-response-json",
            #"{"statusCode": 200, "body": "{\"hello\": \"world\"}"}"#,
            #"{"hello": "world"}"#
        ),
        returned("list-mixed", #"["hello", 3, true]"#, #"["hello",3,true]"#),
        returned("string", #""hello""#, "hello"),
        returned("integer", "3", "3"),
        returned("float", "3.1", "3.1"),
        returned("boolean", "true", "true"),
        answer(
            "status and header",
            "localstack test_lambda_url_headers_and_status",
            #"{"statusCode": 201, "headers": {"Content-Type": "application/json", "My-Custom-Header": "Custom Value"}, "body": "{\"message\": \"hello-world\"}", "isBase64Encoded": false}"#,
            201,
            #"{"message": "hello-world"}"#,
            ["my-custom-header": "Custom Value", "content-type": "application/json"]
        ),
        answer(
            "a status that is a text",
            "localstack test_lambda_url_headers_and_status (418)",
            #"{"statusCode": "418", "body": "i'm a teapot", "isBase64Encoded": false}"#,
            418,
            "i'm a teapot"
        ),
        answer(
            "an error of the function",
            "localstack test_lambda_url_invocation_exception",
            "error",
            502,
            "Internal Server Error",
            [:]
        ),
        answer(
            "a crash",
            "localstack test_lambda_url_invocation_exception",
            "crash",
            502,
            "Internal Server Error",
            [:]
        ),
        answer(
            "a body that is an object",
            "measured on AWS, docs/reference/fidelity.md",
            #"{"statusCode": 200, "body": {"b": 1, "a": [2, "x y"]}}"#,
            200,
            #"{"b":1,"a":[2,"x y"]}"#
        ),
        answer(
            "cookies",
            "docs, urls-invocation",
            #"{"statusCode": 200, "cookies": ["voker_a=one; Path=/; HttpOnly"], "body": "x"}"#,
            200,
            "x",
            ["set-cookie": "voker_a=one; Path=/; HttpOnly"]
        ),
        answer(
            "base64",
            "voker examples/aws-ingress-probe (/binary)",
            #"{"statusCode": 200, "headers": {"content-type": "application/octet-stream"}, "body": "AAEC", "isBase64Encoded": true}"#,
            200,
            "\0\u{1}\u{2}",
            ["content-type": "application/octet-stream"]
        ),
        answer(
            "a status of the 100s",
            "RFC 9110 15.2",
            #"{"statusCode": 103, "body": "x"}"#,
            502,
            "Internal Server Error",
            [:]
        ),
        answer(
            "204 has no body",
            "RFC 9110 15.3.5",
            #"{"statusCode": 204, "body": ""}"#,
            204,
            "",
            ["content-length": ""]
        ),
        answer("304 has no body", "RFC 9110 15.4.5", #"{"statusCode": 304, "body": "x"}"#, 304, "", [:]),
        answer("only a status", "docs, urls-invocation", #"{"statusCode": 404}"#, 404, "", ["content-length": "0"]),
    ]

    /// One field of an event: a path of member names, and its JSON; `nil` where there is no such member.
    struct Field: Sendable {
        let path: [String]
        let json: String?
    }

    /// A request, and what the function sees of it.
    struct Event: Sendable {
        let source: String
        let request: RecordedAnswer
        let fields: [Field]
    }

    /// Events.
    static let events: [Event] = [
        Event(
            source: "voker vokerhttp/testdata/functionurl-request.json, captured July 2026",
            request: RecordedAnswer(
                name: "captured",
                source: "voker",
                target:
                    "/event/space%20value?repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty=",
                headers: [
                    "Content-Type": "application/json", "Cookie": "session=abc123; theme=dark",
                    "User-Agent": "curl/8.7.1", "X-Voker-Probe": "first,second", "Accept": "*/*",
                    "Connection": "keep-alive",
                ],
                body: Array(#"{"message":"hello from the public internet","unicode":"lambda-λ"}"#.utf8),
                status: 200
            ),
            fields: [
                Field(path: ["version"], json: #""2.0""#),
                Field(path: ["routeKey"], json: #""$default""#),
                Field(path: ["rawPath"], json: #""/event/space%20value""#),
                Field(
                    path: ["rawQueryString"],
                    json:
                        #""repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty=""#
                ),
                Field(path: ["cookies"], json: #"["session=abc123","theme=dark"]"#),
                Field(path: ["headers", "accept"], json: #""*/*""#),
                Field(path: ["headers", "content-length"], json: #""66""#),
                Field(path: ["headers", "content-type"], json: #""application/json""#),
                Field(path: ["headers", "cookie"], json: #""session=abc123; theme=dark""#),
                Field(path: ["headers", "connection"], json: nil),
                Field(path: ["headers", "user-agent"], json: #""curl/8.7.1""#),
                Field(path: ["headers", "x-amzn-tls-cipher-suite"], json: #""TLS_AES_128_GCM_SHA256""#),
                Field(path: ["headers", "x-amzn-tls-version"], json: #""TLSv1.3""#),
                Field(path: ["headers", "x-forwarded-port"], json: #""443""#),
                Field(path: ["headers", "x-forwarded-proto"], json: #""https""#),
                Field(path: ["headers", "x-voker-probe"], json: #""first,second""#),
                Field(
                    path: ["queryStringParameters"],
                    json:
                        #"{"empty":"","encodedPlus":"a+b","literalPlus":"a b","redirect":"https://example.com/a/b","repeat":"one,two"}"#
                ),
                Field(path: ["requestContext", "accountId"], json: #""anonymous""#),
                Field(path: ["requestContext", "http", "method"], json: #""POST""#),
                Field(path: ["requestContext", "http", "path"], json: #""/event/space value""#),
                Field(path: ["requestContext", "http", "protocol"], json: #""HTTP/1.1""#),
                Field(path: ["requestContext", "http", "userAgent"], json: #""curl/8.7.1""#),
                Field(path: ["requestContext", "routeKey"], json: #""$default""#),
                Field(path: ["requestContext", "stage"], json: #""$default""#),
                Field(
                    path: ["body"],
                    json: #""{\"message\":\"hello from the public internet\",\"unicode\":\"lambda-λ\"}""#
                ),
                Field(path: ["isBase64Encoded"], json: "false"),
            ]
        ),
        Event(
            source: "localstack test_lambda_url_echo_http_fixture_default",
            request: RecordedAnswer(
                name: "echo",
                source: "localstack",
                target: "/pa2%Fth/1?q=query&multiQuery=foo&multiQuery=%2Fbar",
                headers: [
                    "content-type": "application/json", "ExTrA-HeadErs": "With WeiRd CapS", "user-agent": "test/echo",
                ],
                body: Array(#"{"foo": "bar"}"#.utf8),
                status: 200
            ),
            fields: [
                Field(path: ["requestContext", "http", "path"], json: #""/pa2%Fth/1""#),
                Field(path: ["queryStringParameters"], json: #"{"multiQuery":"foo,/bar","q":"query"}"#),
                Field(path: ["headers", "extra-headers"], json: #""With WeiRd CapS""#),
                Field(path: ["headers", "content-length"], json: #""14""#),
                Field(path: ["body"], json: #""{\"foo\": \"bar\"}""#),
            ]
        ),
        Event(
            source: "localstack test_lambda_url_form_payload",
            request: RecordedAnswer(
                name: "form",
                source: "localstack",
                target: "/event/value",
                headers: ["Content-Type": "multipart/form-data; boundary=4efd159eae0c4f4e125a5a509e073d85"],
                body: Array("bar".utf8),
                status: 200
            ),
            fields: [
                Field(path: ["body"], json: #""YmFy""#), Field(path: ["isBase64Encoded"], json: "true"),
                Field(path: ["cookies"], json: nil), Field(path: ["queryStringParameters"], json: nil),
            ]
        ),
        Event(
            source: "localstack test_lambda_url_echo_invoke",
            request: RecordedAnswer(
                name: "text",
                source: "localstack",
                target: "/event",
                headers: ["Content-Type": "text/plain"],
                body: Array("text".utf8),
                status: 200
            ),
            fields: [Field(path: ["body"], json: #""text""#), Field(path: ["isBase64Encoded"], json: "false")]
        ),
        Event(
            source: "localstack test_lambda_url_echo_invoke (without a body)",
            request: RecordedAnswer(name: "nothing", source: "localstack", target: "/event", body: [], status: 200),
            fields: [Field(path: ["body"], json: nil), Field(path: ["isBase64Encoded"], json: "false")]
        ),
    ]
}
