import Foundation

/// One answer that was recorded on Lambda (or that AWS's own emulator gives, whose sources are public), and what brings it about here.
///
/// These are facts in a form of our own. `source` says where each was recorded: `localstack X` is the test X of
/// localstack/localstack, `tests/aws/services/lambda_`, whose snapshots are validated on AWS; `voker` is hotsock/voker;
/// `emulator` is aws/aws-lambda-runtime-interface-emulator; `docs` is AWS's Lambda Developer Guide.
struct RecordedAnswer: Sendable {
    let name: String
    let source: String
    /// The path of the request, with its query; `NAME` alone stands for an Invoke of that function.
    let target: String
    var method = "POST"
    var headers: [String: String] = [:]
    var body: [UInt8] = Array("{}".utf8)
    let status: Int
    /// Header fields of the answer by their names in lower case; an empty value means that there is none.
    var fields: [String: String] = [:]
    /// The body, to the byte; `<id>` stands for the request id.
    var answer: String?

    /// What the client gets to send.
    var request: [String: Any] {
        let path = target.hasPrefix("/") ? target : "/2015-03-31/functions/\(target)/invocations"
        return [
            "method": method, "target": path, "headers": headers, "body": Data(body).base64EncodedString(),
        ]
    }
}

/// Sends requests over plain sockets, byte for byte, and says what came back.
enum RecordedClient {
    struct Reply {
        let status: Int
        let fields: [String: String]
        let body: String
    }

    static let script = #"""
        import base64, http.client, json, sys
        port, cases = int(sys.argv[1]), json.load(open(sys.argv[2]))
        seen = []
        for case in cases:
            c = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
            c.putrequest(case['method'], case['target'], skip_accept_encoding=True)
            body = base64.b64decode(case['body'])
            for k, v in case['headers'].items(): c.putheader(k, v)
            if body or case['method'] == 'POST': c.putheader('Content-Length', str(len(body)))
            c.endheaders(body)
            r = c.getresponse()
            text = r.read()
            seen.append([r.status, {k.lower(): v for k, v in r.getheaders()}, text.decode('utf-8', 'backslashreplace')])
            c.close()
        json.dump(seen, open(sys.argv[3], 'w'))
        """#

    /// Sends all, one after the other, and returns what came back.
    static func send(_ requests: [[String: Any]], to port: Int, in folder: URL) async throws -> [Reply] {
        let (cases, seen) = (folder.appendingPathComponent("cases.json"), folder.appendingPathComponent("seen.json"))
        try JSONSerialization.data(withJSONObject: requests).write(to: cases)
        let arguments = ["-c", script, String(port), cases.path, seen.path]
        let result = try await SimTool.start(Executables.system("python3"), arguments, in: folder).result(within: 100)
        guard result.status == 0 else { throw SimTool.Failure(description: "client: \(result.log)") }
        let answers = try JSONSerialization.jsonObject(with: Data(contentsOf: seen)) as? [[Any]] ?? []
        return answers.map {
            Reply(
                status: $0[0] as? Int ?? 0,
                fields: $0[1] as? [String: String] ?? [:],
                body: $0[2] as? String ?? ""
            )
        }
    }
}
