import Foundation
import HTTPWire
import Testing

@testable import ShimRuntime

/// Requests as Lambda's services send them, and responses as they want them.
@Suite struct CGITests {
    // Shortened from the samples in the Lambda developer guide.
    private static let version2 = """
        {"version":"2.0","routeKey":"$default","rawPath":"/prod/a%20b","rawQueryString":"x=1&y=%C3%A9","cookies":["c=1","d=2"],
        "headers":{"host":"id.lambda-url.us-east-1.on.aws","x-forwarded-proto":"https","x-forwarded-port":"443",
        "content-type":"application/json","accept":"a,b","proxy":"http://evil","x_under":"no","authorization":"Bearer x"},
        "requestContext":{"domainName":"id.lambda-url.us-east-1.on.aws","http":{"method":"POST","path":"/prod/a b",
        "protocol":"HTTP/1.1","sourceIp":"192.0.2.1"}},"body":"aMOp","isBase64Encoded":true}
        """
    private static let version1 = """
        {"resource":"/{proxy+}","path":"/hello world","httpMethod":"GET","headers":{"Host":"api.example.com","X-A":"1"},
        "multiValueHeaders":{"Host":["api.example.com"],"X-A":["1","2"]},
        "queryStringParameters":{"a":"2"},"multiValueQueryStringParameters":{"a":["1 &","2"],"b":["é"]},
        "requestContext":{"stage":"prod","path":"/prod/hello world","protocol":"HTTP/1.1","identity":{"sourceIp":"192.0.2.2"}},
        "body":null,"isBase64Encoded":false}
        """
    private static let loadBalancer = """
        {"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"POST","path":"/form","queryStringParameters":
        {"q":"a%20b"},"headers":{"host":"lb.example.com:8443","x-forwarded-for":"203.0.113.9, 192.0.2.3",
        "content-type":"application/x-www-form-urlencoded"},"body":"a=b","isBase64Encoded":false}
        """
    private static let loadBalancerWithValues = """
        {"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"GET","path":"/","multiValueQueryStringParameters":
        {"q":["1","2"]},"multiValueHeaders":{"host":["lb"],"cookie":["a=1","b=2"]},"body":"","isBase64Encoded":false}
        """

    private func event(_ text: String) throws -> HTTPEvent { try #require(try HTTPEvent(Array(text.utf8))) }

    private func variables(_ text: String, prefix: String = "") throws -> [String: String] {
        CGIVariables(event: try event(text), prefix: prefix, software: "shim/1").values
    }

    @Test func functionURLAndHTTPAPI() throws {
        #expect(try event(Self.version2).kind == .version2)
        #expect(try event(Self.version2).body == Array("hé".utf8))
        let values = try variables(Self.version2, prefix: "/prod")
        let expected = [
            "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST", "SCRIPT_NAME": "/prod", "PATH_INFO": "/a b",
            "QUERY_STRING": "x=1&y=%C3%A9", "REQUEST_URI": "/prod/a%20b?x=1&y=%C3%A9", "REQUEST_SCHEME": "https",
            "SERVER_NAME": "id.lambda-url.us-east-1.on.aws", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_SOFTWARE": "shim/1", "HTTPS": "on", "REMOTE_ADDR": "192.0.2.1", "CONTENT_LENGTH": "3",
            "CONTENT_TYPE": "application/json", "HTTP_HOST": "id.lambda-url.us-east-1.on.aws", "HTTP_ACCEPT": "a,b",
            "HTTP_COOKIE": "c=1; d=2", "HTTP_AUTHORIZATION": "Bearer x", "HTTP_X_FORWARDED_PROTO": "https",
            "HTTP_X_FORWARDED_PORT": "443",
        ]
        // Neither HTTP_PROXY nor what could pass for another header.
        #expect(values == expected)
    }

    @Test func emptyNamesAndPathsAreNone() throws {
        let values = try variables(
            #"{"rawPath":"","requestContext":{"http":{"method":"GET"}},"headers":{"":"x","a b":"y","c":"\u0000"}}"#
        )
        #expect(values["PATH_INFO"] == "/" && values["REQUEST_URI"] == "/")
        #expect(!values.keys.contains { $0.hasPrefix("HTTP_") }, "\(values)")
    }

    @Test func restAPI() throws {
        #expect(try event(Self.version1).kind == .version1)
        let values = try variables(Self.version1, prefix: "/prod")
        #expect(values["SCRIPT_NAME"] == "/prod" && values["PATH_INFO"] == "/hello world")
        #expect(values["REQUEST_URI"] == "/prod/hello%20world?a=1%20%26&a=2&b=%C3%A9")
        #expect(values["HTTP_X_A"] == "1, 2" && values["REMOTE_ADDR"] == "192.0.2.2")
        #expect(values["CONTENT_LENGTH"] == nil && values["SERVER_PORT"] == "80")
    }

    @Test func loadBalancers() throws {
        #expect(try event(Self.loadBalancer).kind == .loadBalancer)
        let values = try variables(Self.loadBalancer)
        #expect(values["QUERY_STRING"] == "q=a%20b", "it is left as it was sent")
        #expect(values["SERVER_NAME"] == "lb.example.com" && values["SERVER_PORT"] == "8443")
        #expect(values["REMOTE_ADDR"] == "192.0.2.3", "the load balancer's own word, not the client's")
        #expect(try event(Self.loadBalancerWithValues).kind == .loadBalancerWithValues)
        let others = try variables(Self.loadBalancerWithValues)
        #expect(others["QUERY_STRING"] == "q=1&q=2" && others["HTTP_COOKIE"] == "a=1; b=2")
    }

    @Test(arguments: [
        "", "1", "{}", "{\"requestContext\":1}", "{\"requestContext\":{}}", "[\"requestContext\"]",
        "{\"requestContext\":{\"http\":{}}}", "{\"httpMethod\":\"GET\"}",
        "{\"requestContext\":{},\"body\":\"%\",\"isBase64Encoded\":true}",
    ])
    func otherEventsAreNone(text: String) throws { #expect(try HTTPEvent(Array(text.utf8)) == nil) }

    @Test func bodyThatIsNotBase64() {
        let text = "{\"requestContext\":{},\"httpMethod\":\"GET\",\"body\":\"%\",\"isBase64Encoded\":true}"
        #expect(throws: HTTPEvent.BrokenBody.self) { try HTTPEvent(Array(text.utf8)) }
    }

    @Test(arguments: [
        ("Content-Type: text/plain\n\n", 200), ("Status: 404 Not Found\r\n\r\n", 404),
        ("Location: /x\n\n", 302), ("Status: 301\nLocation: /x\n\n", 301), ("content-type:x\nStatus: 999 \n\n", 999),
    ])
    func headsAreUnderstood(text: String, status: Int) throws {
        let bytes = Array(text.utf8)
        #expect(CGIHead.bodyStart(bytes) == bytes.count)
        #expect(try CGIHead(bytes[...]).status == status)
    }

    @Test(arguments: [
        ("hello\n\n", "hello"), ("Content Type: x\n\n", "Content Type: x"), (": x\n\n", ": x"),
        ("Status: soon\n\n", "Status: soon"), ("Status: 99\n\n", "Status: 99"), ("X-Only: 1\n\n", "X-Only: 1"),
        ("Content-Type: a\u{1}b\n\n", "Content-Type: a b"), ("\n", ""),
    ])
    func otherHeadsAreQuoted(text: String, line: String) {
        #expect {
            try CGIHead(Array(text.utf8)[...])
        } throws: { error in
            (error as? CGIHead.Malformed)?.line == line
        }
    }

    @Test func bodyBeginsAfterTheFirstEmptyLine() {
        for text in ["A: b\n\nbody\n\n", "A: b\r\n\r\nbody", "A: b\r\n\nbody"] {
            let bytes = Array(text.utf8)
            #expect(CGIHead.bodyStart(bytes).map { bytes[$0] } == UInt8(ascii: "b"))
        }
        #expect(CGIHead.bodyStart(Array("A: b\nC: d\n".utf8)) == nil)
    }

    private func response(_ kind: HTTPEvent.Kind, _ head: String, _ body: [UInt8]) throws -> String {
        let head = try CGIHead(Array((head + "\n\n").utf8)[...])
        return String(decoding: HTTPResponse(kind: kind, head: head).json(body: body[...]), as: UTF8.self)
    }

    @Test func responsesAreThoseOfTheirEvents() throws {
        let head = "Status: 201\nContent-Type: text/html\nSet-Cookie: a=1\nset-cookie: b=2\nX: 1\nX: 2"
        let body = Array("é\"".utf8)
        #expect(
            try response(.version2, head, body)
                == #"{"body":"é\"","cookies":["a=1","b=2"],"headers":{"Content-Type":"text/html","X":"1, 2"},"isBase64Encoded":false,"statusCode":201}"#
        )
        #expect(
            try response(.version1, head, body)
                == #"{"body":"é\"","isBase64Encoded":false,"multiValueHeaders":{"Content-Type":["text/html"],"Set-Cookie":["a=1","b=2"],"X":["1","2"]},"statusCode":201}"#
        )
        #expect(
            try response(.loadBalancer, head, body)
                == #"{"body":"é\"","headers":{"Content-Type":"text/html","Set-cookie":"b=2","X":"1, 2","set-cookie":"a=1"},"isBase64Encoded":false,"statusCode":201,"statusDescription":"201 Created"}"#
        )
        #expect(try response(.loadBalancerWithValues, head, body).contains(#""Set-Cookie":["a=1","b=2"]"#))
    }

    @Test(arguments: [
        ("Content-Type: image/png", Array("text".utf8)), ("Content-Type: text/plain", [0xFF]),
        ("Content-Type: text/plain\nContent-Encoding: gzip", Array("text".utf8)),
    ])
    func whatIsNotTextIsBase64(head: String, body: [UInt8]) throws {
        let text = try response(.version2, head, body)
        #expect(text.contains(#""isBase64Encoded":true"#))
        #expect(text.contains("\"body\":\"\(Data(body).base64EncodedString())\""))
    }

    @Test func percentCodingKeepsWhatIsNotValid() {
        #expect(PercentCoding.decoded("a%20b%2") == "a b%2")
        #expect(PercentCoding.decoded("%zz%00%C3%A9") == "%zz%00é")
        #expect(PercentCoding.encoded("a b/é", keeping: [0x2F]) == "a%20b/%C3%A9")
    }
}
