import HTTPWire
import Platform

/// A function URL that is listened on.
final class URLServer {
    let server: HTTPServer
    private let url: FunctionURL

    init(_ server: HTTPServer, _ url: FunctionURL) {
        self.server = server
        self.url = url
    }
}

/// Function URLs: each has a port of its own.
extension ControlPlane {
    private static let goneURLLimit = 64

    private func key(_ name: String, _ qualifier: String) -> String { "\(name):\(qualifier)" }

    /// The function and the qualifier of a URL that are to be there; `""` is the function itself.
    private func urlOwner(
        _ request: ControlRequest,
        missing: ControlError
    ) throws(ControlError) -> (record: FunctionRecord, qualifier: String) {
        let name = try named(request)
        guard let record = store.functions[name.name], name.qualifier.map({ record.alias($0) != nil }) ?? true
        else { throw missing }
        return (record, name.qualifier ?? "")
    }

    private func url(_ name: String, _ qualifier: String, _ record: URLRecord) -> String {
        let host = address?.host ?? "127.0.0.1"
        let port = urls[key(name, qualifier)]?.server.address.port ?? record.port
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/"
    }

    private func arn(_ name: String, _ qualifier: String) -> String {
        place.function(name, qualifier.isEmpty ? nil : qualifier)
    }

    private func answer(
        _ name: String,
        _ qualifier: String,
        _ record: URLRecord,
        mode: Bool = true,
        modified: Bool = true
    ) -> JSONValue {
        record.answer(
            arn: arn(name, qualifier),
            url: url(name, qualifier, record),
            invokeMode: mode,
            lastModified: modified
        )
    }

    func createFunctionURL(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        var (record, qualifier) = try urlOwner(request, missing: .notFound("Function does not exist"))
        guard record.urls[qualifier] == nil else {
            throw .conflict(
                "Failed to create function url config for [functionArn = \(arn(record.name, qualifier))]. "
                    + "Error message:  FunctionUrlConfig exists for this Lambda function"
            )
        }
        let stamp = Stamp.now
        let mode = try request.string("InvokeMode")
        var new = URLRecord(
            id: Identifiers.hex(16),
            port: 0,
            authType: try request.string("AuthType") ?? "NONE",
            cors: try request.object("Cors"),
            invokeMode: mode ?? "BUFFERED",
            creationTime: stamp.time.iso8601,
            lastModified: stamp.time.iso8601
        )
        if mode != nil { new.namesMode = true }
        record.urls[qualifier] = new
        try store.save(record)
        serveURL(record.name, qualifier)
        return answer(record.name, qualifier, new, mode: mode != nil, modified: false)
    }

    func getFunctionURL(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let (record, qualifier) = try urlOwner(request, missing: .noSuchResource)
        guard let found = record.urls[qualifier] else { throw .noSuchResource }
        return answer(record.name, qualifier, found)
    }

    func updateFunctionURL(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        var (record, qualifier) = try urlOwner(request, missing: .notFound("Function does not exist"))
        guard var found = record.urls[qualifier] else { throw .noSuchResource }
        let mode = try request.string("InvokeMode")
        found.authType = try request.string("AuthType") ?? found.authType
        found.invokeMode = mode ?? found.invokeMode
        if mode != nil { found.namesMode = true }
        if let cors = try request.object("Cors") { found.cors = cors.members?.isEmpty == true ? nil : cors }
        found.lastModified = Stamp.now.time.iso8601
        record.urls[qualifier] = found
        try store.save(record)
        return answer(record.name, qualifier, found, mode: found.namesMode == true)
    }

    func deleteFunctionURL(_ request: ControlRequest) throws(ControlError) -> JSONValue? {
        var (record, qualifier) = try urlOwner(request, missing: .noSuchResource)
        guard record.urls[qualifier] != nil else { throw .noSuchResource }
        record.urls[qualifier] = nil
        try store.save(record)
        stopURL(record.name, qualifier)
        return nil
    }

    func listFunctionURLs(_ request: ControlRequest) throws(ControlError) -> JSONValue {
        let name = try named(request)
        guard let record = store.functions[name.name] else { throw .notFound("Function does not exist") }
        let all = record.urls.sorted { $0.key < $1.key }.map { answer(record.name, $0.key, $0.value) }
        return try page(all, request, "FunctionUrlConfigs")
    }

    // MARK: - Serving

    /// Listens for a function URL: on the port it had, if that is free.
    func serveURL(_ name: String, _ qualifier: String) {
        guard let address, let record = store.functions[name]?.urls[qualifier] else { return }
        let url = FunctionURL(id: record.id) { [weak self] () throws(ServiceError) in
            guard let self, let own = store.functions[name]?.urls[qualifier], own.id == record.id,
                let target = try target(FunctionReference(name, qualifier.isEmpty ? nil : qualifier))
            else { throw .functionNotFound(arn: name) }
            return FunctionURL.Call(
                target,
                streams: own.invokeMode == "RESPONSE_STREAM",
                region: place.region,
                cors: CORSRules(own.cors)
            )
        }
        for port in record.port == 0 ? [0] : [record.port, 0] {
            guard let own = SocketAddress(host: address.host, port: port) else { continue }
            do throws(SystemError) {
                let server = try HTTPServer(on: own, bounds: .clients, loop: context.loop) { url.handle($0) }
                urls[key(name, qualifier)] = URLServer(server, url)
                keepPort(name, qualifier, server.address.port)
                note("URL of \(name)\(qualifier.isEmpty ? "" : ":" + qualifier) is http://\(server.address)/")
                return
            } catch {
                if port == 0 { note("cannot listen for the URL of \(name): \(error)") }
            }
        }
    }

    private func keepPort(_ name: String, _ qualifier: String, _ port: UInt16) {
        guard var record = store.functions[name], record.urls[qualifier]?.port != port else { return }
        record.urls[qualifier]?.port = port
        do throws(ControlError) {
            try store.save(record)
        } catch {
            note("the URL of \(name) gets another port after a restart: \(error.message)")
        }
    }

    /// A URL is gone; whoever still calls it is told so, as on Lambda, by as many of the last ones as are kept.
    func stopURL(_ name: String, _ qualifier: String) {
        guard let gone = urls.removeValue(forKey: key(name, qualifier)) else { return }
        goneURLs.append(gone)
        if goneURLs.count > Self.goneURLLimit { goneURLs.removeFirst().server.stop() }
    }
}
