import Testing

@testable import ShimRuntime

@Suite struct ShimErrorTests {
    @Test(arguments: [
        (
            ShimError.missingEnvironment(name: "_HANDLER"), "Runtime.ConfigInvalid",
            "the variable '_HANDLER' is missing\nhint: Lambda sets it; to try a program here, use 'shim-sim run PROGRAM'"
        ),
        (
            .badSetting(name: "SHIM_X", value: "1", expected: "two"), "Runtime.ConfigInvalid",
            "the setting 'SHIM_X' cannot be '1'\nhint: two"
        ),
        (
            .unknownSetting(name: "SHIM_X", suggestion: nil), "Runtime.ConfigInvalid",
            "'SHIM_X' is not a setting\nhint: see 'shim --help' for the settings"
        ),
        (
            .badRuntimeAPI(value: "x"), "Runtime.ConfigInvalid",
            "'x' is not an address of the Runtime API\nhint: AWS_LAMBDA_RUNTIME_API is an IP address and a port, 127.0.0.1:9001"
        ),
        (
            .tooFewDescriptors(limit: 16, needed: 32), "Runtime.ConfigInvalid",
            "the process may open only 16 files\nhint: raise the limit to 32 or more: 'ulimit -n 32'"
        ),
        (
            .descriptorsSpent(limit: 1024), "Runtime.Unknown",
            "too few of 1024 descriptors are left: each program that could not be started keeps two"
        ),
        (
            .badTaskRoot(path: "/x", cause: "why"), "Runtime.InvalidWorkingDir",
            "cannot enter the task root '/x': why\nhint: LAMBDA_TASK_ROOT names the folder of the package"
        ),
        (
            .programNotFound(name: "x", tried: ["/a", "/b"]), "Runtime.NoSuchHandler",
            "cannot find the program 'x': tried /a, /b\nhint: the function's handler, or the argument of shim in bootstrap, names a file of the package"
        ),
        (
            .programAmbiguous(name: "x", candidates: ["/a", "/b"]), "Runtime.NoSuchHandler",
            "several files fit the handler 'x': /a, /b\nhint: give the whole name of one of them as the function's handler"
        ),
        (
            .programUnusable(path: "/x", why: "why", hint: "do"), "Runtime.InvalidEntrypoint",
            "cannot run '/x': why\nhint: do"
        ),
        (
            .runtimeAPIGone(address: "127.0.0.1:1", cause: "why"), "Runtime.Unknown",
            "cannot reach the Runtime API at '127.0.0.1:1': why"
        ),
        (
            .protocolViolation(operation: "GET /next", why: "why"), "Runtime.Unknown",
            "the Runtime API broke the protocol in 'GET /next': why"
        ),
        (
            .unexpectedStatus(operation: "GET /next", status: 500, body: "words"), "Runtime.Unknown",
            "the Runtime API answered 'GET /next' with status 500: words"
        ),
    ])
    func messageAndType(error: ShimError, type: String, message: String) {
        #expect(error.errorType == type)
        #expect(error.description == message)
    }

    @Test(arguments: [
        ("127.0.0.1:9001", "127.0.0.1:9001", ""), ("http://127.0.0.1:9001/", "127.0.0.1:9001", ""),
        ("169.254.100.1:9001/base/path", "169.254.100.1:9001", "/base/path"), ("[::1]:1", "[::1]:1", ""),
        ("localhost:80", "localhost:80", ""),
    ])
    func runtimeAPIAddressKeepsItsPath(text: String, authority: String, path: String) throws {
        let address = try #require(RuntimeAPIAddress(text))
        #expect(address.authority == authority)
        #expect(address.basePath == path)
    }
}
