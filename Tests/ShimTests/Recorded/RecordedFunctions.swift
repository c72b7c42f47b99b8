import Foundation

/// The functions that the recorded answers are asked of.
enum RecordedFunctions {
    /// Their time-out in seconds: recordings are of 1 s, which a busy machine takes for other things.
    static let timeout = 5

    /// A runtime that does what its event says.
    private static let actor = #"""
        e = json.loads(body)
        do, text, status = e.get('do'), e.get('text', ''), e.get('status', 0)
        def post(kind, data, more=''):
            return call('POST', 'invocation/%s/%s' % (id, kind), data, more)
        if do == 'answer': post('response', text.encode())
        elif do == 'error': post('error', text.encode(), 'Lambda-Runtime-Function-Error-Type: Function.Own\r\n')
        elif do == 'exit': os._exit(status)
        elif do == 'signal': os.kill(os.getpid(), status)
        elif do == 'sleep': time.sleep(1000)
        elif do == 'large': post('response', b'x' * status)
        elif do == 'print':
            print(text, flush=True)
            post('response', b'null')
        elif do == 'context': post('response', json.dumps({k: v for k, v in headers.items() if k.startswith('lambda-')}).encode())
        elif do == 'limits':
            import resource
            post('response', json.dumps({n: resource.getrlimit(getattr(resource, n)) for n in e['names']}).encode())
        elif do == 'environment': post('response', json.dumps(dict(os.environ)).encode())
        elif do == 'stream': stream(id, [p.encode() for p in e['parts']], e['type'], e.get('trailers', ''))
        else: post('response', body)
        """#

    /// A runtime behind a function URL: the body of the request is the function's answer, or `event` for the event itself.
    private static let url = #"""
        e = json.loads(body)
        text = e.get('body', '')
        if e.get('isBase64Encoded'):
            import base64
            text = base64.b64decode(text).decode()
        if text == 'crash': os._exit(3)
        elif text.startswith('error'): call('POST', 'invocation/%s/error' % id, b'{"errorMessage":"no","errorType":"E"}')
        elif e['rawPath'].startswith('/event') or e['rawPath'].startswith('/pa'): answer(body)
        else: answer(text.encode())
        """#

    private static func initError(_ payload: String, type: String) -> String {
        SimRuntimeAPITests.prelude + """
            print('init output', flush=True)
            call('POST', 'init/error', b'\(payload)', 'Lambda-Runtime-Function-Error-Type: \(type)\\r\\n')
            os._exit(1)
            """
    }

    /// Writes them to a folder, and says how `shim-sim serve` is told of them.
    static func write(to folder: URL) throws -> [String] {
        func path(_ name: String) -> URL { folder.appendingPathComponent(name) }
        try SimTool.script(SimServer.pythonBootstrap(actor), at: path("actor"))
        try SimTool.script(SimServer.pythonBootstrap(url), at: path("url"))
        try SimTool.script("#!/bin/sh\nexit 0\n", at: path("initexit0"))
        try SimTool.script("#!/bin/sh\nexit 127\n", at: path("initexit127"))
        try SimTool.script(
            initError(
                #"{"errorMessage":"Runtime startup fails","errorType":"Exception","requestId":""}"#,
                type: "Runtime.StartupFails"
            ),
            at: path("initerror")
        )
        try SimTool.script(
            initError(
                #"{"errorMessage":"probe init error","errorType":"Extension.InitError"}"#,
                type: "Extension.InitError"
            ),
            at: path("initerrortype")
        )
        try FileManager.default.createDirectory(at: path("empty"), withIntermediateDirectories: true)
        let names = ["actor", "url", "initexit0", "initexit127", "initerror", "initerrortype", "empty"]
        return names.map { "\($0)=\(path($0).path)" }
    }
}
