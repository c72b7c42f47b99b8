import HTTPWire
import LambdaWire
import Platform

/// A response that goes out while the program still runs.
///
/// It begins with the first byte, so that a program that fails before has an ordinary error. While something waits for
/// the server, the program's output is not read, so that the program is as fast as whoever reads the response.
final class StreamWriter: ResponseWriter {
    var onChange: () -> Void = {}
    private(set) var failure: OutputRefusal?

    private let client: RuntimeAPIClient
    private let contentType: String
    private var requestID = ""
    private var hasBegun = false
    private var count = 0

    init(client: RuntimeAPIClient, contentType: String) {
        self.client = client
        self.contentType = contentType
    }

    let isStream = true
    var isBlocked: Bool { hasBegun && client.streamIsBlocked }

    func begin(_ requestID: String) {
        self.requestID = requestID
        (hasBegun, count, failure) = (false, 0, nil)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(OutputRefusal) {
        let piece = bytes.prefix(LambdaLimit.streamedResponse - count)
        if !piece.isEmpty {
            start()
            if let failure { throw failure }
            client.stream(HTTPWriter.chunk(piece))
            if let failure { throw failure }
        }
        count += piece.count
        if piece.count < bytes.count { throw .tooLarge(limit: LambdaLimit.streamedResponse) }
    }

    private func start() {
        guard !hasBegun else { return }
        hasBegun = true
        client.beginStream(for: requestID, contentType: contentType) { [weak self] problem in
            guard let self else { return }
            if let problem { failure = .broken(problem) }
            onChange()
        }
    }

    func finish(_ verdict: Verdict) -> Answer {
        switch verdict {
        case .success:
            // A response without a byte begins and ends here.
            start()
            return .endOfStream(nil)
        case .failure(let report): return hasBegun ? .endOfStream(report) : .error(report)
        }
    }
}
