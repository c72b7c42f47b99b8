import HTTPWire
import Testing

@testable import SimKit

@Suite struct SimCORSTests {
    private static func fields(
        _ cors: String,
        _ method: String = "GET",
        origin: String? = "https://a.example.com",
        asks: String? = nil
    ) throws -> [String: String] {
        var fields = HTTPFields()
        if let origin { fields.add("Origin", origin) }
        if let asks { fields.add("Access-Control-Request-Method", asks) }
        let rules = try #require(CORSRules(try JSONValue.parse(Array(cors.utf8))))
        let found = rules.fields(for: HTTPRequestHead(method: method, target: "/", fields: fields))
        return Dictionary(found.entries.map { ($0.name, $0.value) }) { $1 }
    }

    @Test func originsAreAllowedByNameByPatternOrAll() throws {
        let origin = "Access-Control-Allow-Origin"
        #expect(try Self.fields(#"{"AllowOrigins":["*"]}"#) == [origin: "*"])
        #expect(
            try Self.fields(#"{"AllowOrigins":["https://a.example.com"]}"#)
                == [origin: "https://a.example.com", "Vary": "Origin"]
        )
        #expect(try Self.fields(#"{"AllowOrigins":["https://*.example.com"]}"#)[origin] == "https://a.example.com")
        #expect(try Self.fields(#"{"AllowOrigins":["https://*.example.org"]}"#) == [:])
        #expect(try Self.fields(#"{"AllowOrigins":["*"]}"#, origin: nil) == [:])
        #expect(
            try Self.fields(#"{"AllowOrigins":["*"],"AllowCredentials":true}"#)
                == [origin: "https://a.example.com", "Vary": "Origin", "Access-Control-Allow-Credentials": "true"]
        )
    }

    @Test func whatMayBeDoneIsToldBefore() throws {
        let cors =
            #"{"AllowOrigins":["*"],"AllowMethods":["GET","POST"],"AllowHeaders":["x-a"],"ExposeHeaders":["x-b"],"MaxAge":60}"#
        #expect(
            try Self.fields(cors, "OPTIONS", asks: "POST") == [
                "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET,POST",
                "Access-Control-Allow-Headers": "x-a", "Access-Control-Max-Age": "60",
            ]
        )
        #expect(
            try Self.fields(cors) == ["Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "x-b"]
        )
        #expect(CORSRules(nil) == nil && CORSRules(.object([])) == nil)
    }
}
