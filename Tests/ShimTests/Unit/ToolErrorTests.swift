import Testing

@testable import ToolKit

/// Every message, word by word: they are what a user reads.
@Suite struct ToolErrorTests {
    @Test(
        arguments: [
            (
                ToolError.cannotRead(path: "a", cause: "No such file or directory"),
                "cannot read 'a': No such file or directory"
            ),
            (.cannotWrite(path: "a", cause: "Permission denied"), "cannot write 'a': Permission denied"),
            (
                .missingTool(name: "zip", package: "zip"),
                "cannot run 'zip': it is not installed\nhint: apt-get install zip"
            ),
            (.toolFailed(name: "zip", status: "status 3", detail: "disk full"), "'zip' failed: status 3: disk full"),
            (.toolFailed(name: "zip", status: "SIGKILL", detail: ""), "'zip' failed: SIGKILL"),
        ] as [(ToolError, String)]
    )
    func messages(error: ToolError, text: String) { #expect(error.description == text) }
}
