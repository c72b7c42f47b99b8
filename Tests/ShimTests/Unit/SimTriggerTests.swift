import HTTPWire
import Platform
import Testing

@testable import SimKit

/// Routes and events of the services in front of Lambda.
@Suite struct SimTriggerTests {
    private static let place = Place(region: "us-east-1", account: "123456789012")

    private static let routes = [
        "$default", "GET /items", "GET /items/{id}", "ANY /items/{id}", "GET /items/new", "ANY /files/{proxy+}",
        "POST /a/{x}/b/{y}",
    ].compactMap { HTTPRoute($0, function: "f") }

    @Test(
        arguments: [
            ("GET", "/items", "GET /items", [:]), ("POST", "/items", "$default", [:]),
            ("GET", "/items/7", "GET /items/{id}", ["id": "7"]), ("PUT", "/items/7", "ANY /items/{id}", ["id": "7"]),
            ("GET", "/items/new", "GET /items/new", [:]), ("GET", "/items/a%2Fb", "GET /items/{id}", ["id": "a/b"]),
            ("GET", "/files/a/b.txt", "ANY /files/{proxy+}", ["proxy": "a/b.txt"]), ("GET", "/files/", "$default", [:]),
            ("POST", "/a/1/b/2", "POST /a/{x}/b/{y}", ["x": "1", "y": "2"]), ("GET", "/items/", "$default", [:]),
        ] as [(String, String, String, [String: String])]
    )
    func theRouteThatFitsBestIsTaken(_ method: String, _ path: String, _ key: String, _ parameters: [String: String])
        throws
    {
        let found = try #require(HTTPRoute.find(method, Substring(path), in: Self.routes))
        #expect(found.route.key == key)
        #expect(Dictionary(found.parameters) { $1 } == parameters)
    }

    @Test(arguments: [
        "", "/items", "GET items", "FETCH /x", "GET /{}", "GET /{a+}/b", "GET /a{b}", "GET /{a b}", "GET  /x",
    ])
    func whatIsNoRouteIsRefused(_ key: String) {
        #expect(HTTPRoute(key, function: "f") == nil)
    }

    private static func source(_ target: String, _ body: String = "", _ fields: HTTPFields) -> HTTPSource {
        HTTPSource(
            HTTPRequestHead(method: "POST", target: target, fields: fields),
            Array(body.utf8),
            requestID: "id",
            time: Timestamp(milliseconds: 1_786_278_896_789)
        )
    }

    private static func gateway(_ stage: String = "$default") throws -> GatewayEvent {
        GatewayEvent(
            apiID: "abc",
            stage: stage,
            place: place,
            route: try #require(HTTPRoute("POST /items/{id}", function: "f")),
            parameters: [("id", "4 2")],
            trace: "Root=1"
        )
    }

    @Test func payload2IsThatOfHTTPAPIs() throws {
        let source = Self.source(
            "/dev/items/4%202?b=2&a=1&b=3",
            "{}",
            ["Host": "x", "Content-Type": "application/json", "X-Twice": "1", "Cookie": "a=1; b=2", "User-Agent": "t"]
        )
        let event = try Self.gateway("dev").version2(source)
        #expect(event["version"]?.string == "2.0" && event["routeKey"]?.string == "POST /items/{id}")
        #expect(event["rawPath"]?.string == "/dev/items/4 2" && event["rawQueryString"]?.string == "b=2&a=1&b=3")
        #expect(event["queryStringParameters"] == .object([("b", "2,3"), ("a", "1")]))
        #expect(event["cookies"] == .array(["a=1", "b=2"]) && event["headers"]?["cookie"] == nil)
        #expect(
            event["headers"]?["x-forwarded-proto"]?.string == "https" && event["headers"]?["x-twice"]?.string == "1"
        )
        #expect(event["pathParameters"] == .object([("id", "4 2")]))
        #expect(event["body"]?.string == "{}" && event["isBase64Encoded"]?.bool == false)
        let context = try #require(event["requestContext"])
        #expect(
            context["stage"]?.string == "dev"
                && context["domainName"]?.string == "abc.execute-api.us-east-1.amazonaws.com"
        )
        #expect(context["http"]?["path"]?.string == "/dev/items/4 2" && context["http"]?["method"]?.string == "POST")
        #expect(context["timeEpoch"]?.int == 1_786_278_896_789 && context["accountId"]?.string == "123456789012")
    }

    @Test func payload1HasEverythingOnceAndAsLists() throws {
        let source = Self.source(
            "/items/4%202?b=2&b=3",
            "\u{0}\u{1}",
            ["Host": "x", "Content-Type": "image/png", "X-A": "1"]
        )
        let event = try Self.gateway().version1(source)
        #expect(event["version"]?.string == "1.0" && event["resource"]?.string == "/items/{id}")
        #expect(event["path"]?.string == "/items/4 2" && event["httpMethod"]?.string == "POST")
        #expect(event["queryStringParameters"] == .object([("b", "3")]))
        #expect(event["multiValueQueryStringParameters"] == .object([("b", .array(["2", "3"]))]))
        #expect(event["headers"]?["X-A"]?.string == "1" && event["multiValueHeaders"]?["X-A"] == .array(["1"]))
        #expect(event["body"]?.string == "AAE=" && event["isBase64Encoded"]?.bool == true)
        #expect(
            event["stageVariables"]?.isNull == true && event["requestContext"]?["identity"]?["user"]?.isNull == true
        )
        let empty = try Self.gateway().version1(Self.source("/x", "", ["Host": "x"]))
        #expect(empty["body"]?.isNull == true && empty["queryStringParameters"]?.isNull == true)
    }

    @Test func theBalancersEventHasOneFormOrTheOther() throws {
        let source = Self.source("/lambda?q=a%20b&q=2", "hi", ["Host": "x", "X-A": "1"])
        let one = BalancerEvent.make(source, name: "f", hasMultiValues: false, in: Self.place, trace: "Root=1")
        #expect(one["queryStringParameters"] == .object([("q", "2")]) && one["headers"]?["x-a"]?.string == "1")
        #expect(one["multiValueHeaders"] == nil && one["body"]?.string == "hi" && one["path"]?.string == "/lambda")
        #expect(one["requestContext"]?["elb"]?["targetGroupArn"]?.string?.contains(":targetgroup/f/") == true)
        let many = BalancerEvent.make(source, name: "f", hasMultiValues: true, in: Self.place, trace: "Root=1")
        #expect(
            many["multiValueQueryStringParameters"] == .object([("q", .array(["a%20b", "2"]))])
                && many["headers"] == nil
        )
    }

    @Test(arguments: [
        (#"{"statusCode":201,"headers":{"X-A":"1"},"body":"b"}"#, 201, "b"), (#"{"statusCode":"204"}"#, 204, ""),
        (#"{"statusCode":200,"body":"AAE=","isBase64Encoded":true}"#, 200, "\u{0}\u{1}"),
    ])
    func olderAnswersAreRead(_ text: String, _ status: Int, _ body: String) throws {
        let answer = try #require(ProxyAnswer(Array(text.utf8), reads: .single))
        #expect(answer.status == status && answer.body == Array(body.utf8))
    }

    @Test(arguments: [
        "", "{}", "7", #"{"statusCode":99}"#, #"{"statusCode":600}"#, #"{"statusCode":200,"headers":{"A":"a\nb"}}"#,
        #"{"statusCode":200,"headers":{"A B":"x"}}"#, #"{"statusCode":200,"headers":{"A":[]}}"#,
        #"{"statusCode":200,"body":"*","isBase64Encoded":true}"#,
    ])
    func whatIsNoAnswerIsRefused(_ text: String) {
        #expect(ProxyAnswer(Array(text.utf8), reads: .single) == nil)
    }

    @Test func listsOfHeadersCountWhereTheyAreAskedFor() throws {
        let text = #"{"statusCode":200,"headers":{"A":"1","B":"2"},"multiValueHeaders":{"A":["3","4"]}}"#
        func values(_ headers: ProxyAnswer.Headers) throws -> [String] {
            try #require(ProxyAnswer(Array(text.utf8), reads: headers)).fields.all("A")
        }
        #expect(try values(.single) == ["1"])
        #expect(try values(.lists) == ["3", "4"])
        #expect(try values(.both) == ["3", "4"])
    }

    @Test func theBucketsEventIsS3s() throws {
        let time = Timestamp(milliseconds: 1_786_278_896_789)
        let bytes = BucketWatcher.event("a b/é+.txt", size: 3, tag: "t", bucket: "in", at: time, in: Self.place)
        let record = try #require(try JSONValue.parse(bytes)["Records"]?.array?.first)
        #expect(record["eventName"]?.string == "ObjectCreated:Put" && record["eventSource"]?.string == "aws:s3")
        #expect(record["s3"]?["bucket"]?["arn"]?.string == "arn:aws:s3:::in")
        #expect(
            record["s3"]?["object"]?["key"]?.string == "a+b/%C3%A9%2B.txt" && record["s3"]?["object"]?["size"]?.int == 3
        )
        #expect(record["eventTime"]?.string == "2026-08-09T12:34:56.789Z")
    }

    @Test(arguments: [("/x/in", "bucket-in"), ("/x/My Data", "my-data"), ("/x/photos", "photos")])
    func aBucketIsCalledAsItsFolder(_ folder: String, _ name: String) {
        #expect(BucketWatcher.Entry(function: "f", folder: folder).bucket == name)
    }

    @Test func replayedAnswersAreCompared() {
        func record(_ answer: String?, _ error: String? = nil) -> Replay.Record {
            Replay.Record(name: "1", event: [], answer: answer.map { Array($0.utf8) }, errorType: error)
        }
        func compare(_ record: Replay.Record, _ answer: String, _ error: String? = nil) -> Replay.Difference {
            Replay.compare(record, Array(answer.utf8), errorType: error)
        }
        #expect(compare(record("a"), "a") == .none)
        #expect(compare(record(#"{"a":1,"b":[2]}"#), #"{"b": [2], "a": 1}"#) == .none)
        #expect(compare(record("a"), "b") == .answer(was: "a", is: "b"))
        #expect(compare(record("a"), "a", "E") == .status(was: "succeeded", is: "failed with E"))
        #expect(compare(record("RequestId: x Error: e", "E"), "RequestId: y Error: e", "E") == .none)
        #expect(compare(record("RequestId: x Error: e", "E"), "RequestId: y Error: f", "E") != .none)
        #expect(compare(record(nil), "anything") == .none)
    }
}
