import FunctionFile
import Testing

@testable import DeployKit

/// What is waited for while a plan is carried out, and how an alias goes back.
@Suite struct DeployRunTests {
    @Test(arguments: [
        (["State": "Pending", "StateReason": "creating"], false), (["State": "Inactive"], true), ([:], true),
        (["State": "Active", "LastUpdateStatus": "InProgress"], false),
        (["State": "Active", "LastUpdateStatus": "Successful"], true),
    ])
    func aFunctionIsReadyOrNot(members: [String: String], isReady: Bool) throws {
        #expect(try Runner.isReady(.texts(members), tell: { _ in }) == isReady)
    }

    @Test func whatFailedIsSaidInLambdasWords() {
        let error = #expect(throws: DeployError.self) {
            try Runner.isReady(
                .texts([
                    "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "bad image",
                    "LastUpdateStatusReasonCode": "InvalidImage",
                ]),
                tell: { _ in }
            )
        }
        #expect(error?.description == "the update failed: bad image (InvalidImage)")
    }

    @Test func anAliasGoesBack() throws {
        let history = History(
            function: "wc",
            versions: ["2", "5", "7"].map { .object(["Version": .string($0)]) },
            aliases: [
                .object([
                    "Name": .string("live"), "FunctionVersion": .string("7"), "Description": .string("previous=2"),
                ])
            ]
        )
        func line(_ alias: String? = nil, _ version: String? = nil) throws -> String? {
            try history.rollback(alias: alias, to: version).lines.first?.description
        }
        #expect(try line() == "~ alias live 7 -> 2")
        #expect(try line("live", "5") == "~ alias live 7 -> 5")
        #expect(try line("live", "7") == "= alias live is at version 7")
        #expect(throws: DeployError.contradiction("there is no alias 'x'", hint: "there are live")) { try line("x") }
        #expect(throws: DeployError.contradiction("there is no version 6", hint: "there are 2, 5, 7")) {
            try line(nil, "6")
        }
    }
}
