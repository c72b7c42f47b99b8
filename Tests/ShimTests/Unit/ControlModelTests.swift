import Platform
import Testing

@testable import SimKit

/// The records behind Lambda's API for functions: what each call changes, and when it is refused.
@Suite struct ControlModelTests {
    static let place = Place(region: "us-east-1", account: "123456789012")

    static func stamp(_ number: Int) -> Stamp {
        Stamp(time: Timestamp(milliseconds: 1_700_000_000_000 + number), revisionID: "revision-\(number)")
    }

    static func code(_ name: String) -> CodeReference {
        CodeReference(sha256: name, size: 100, blob: name, unpackedSize: 200)
    }

    static func record() -> FunctionRecord {
        FunctionRecord(
            name: "f",
            latest: FunctionVersion(
                version: "$LATEST",
                settings: FunctionSettings(),
                code: code("a"),
                revisionID: "revision-0",
                lastModified: stamp(0).lastModified
            )
        )
    }

    static func message(_ body: () throws(ControlError) -> Void) -> String? {
        do throws(ControlError) {
            try body()
            return nil
        } catch {
            return error.message
        }
    }

    @Test func aFunctionIsPendingThenActiveThenInProgressThenSuccessful() throws {
        var record = Self.record()
        #expect(record.latest.state == .pending)
        let pending = Self.message { () throws(ControlError) in try record.checkSettled(in: Self.place) }
        #expect(
            pending == "The operation cannot be performed at this time. "
                + "The function is currently in the following state: Pending"
        )
        record.settle(nil, Self.stamp(1))
        #expect(record.latest.state == .active && record.latest.revisionID == "revision-1")
        try record.checkSettled(in: Self.place)
        record.update(code: Self.code("b"), Self.stamp(2))
        #expect(record.latest.update == .inProgress && record.latest.revisionID == "revision-2")
        let busy = Self.message { () throws(ControlError) in try record.checkSettled(in: Self.place) }
        #expect(
            busy == "The operation cannot be performed at this time. An update is in progress for resource: "
                + "arn:aws:lambda:us-east-1:123456789012:function:f"
        )
        record.settle(nil, Self.stamp(3))
        #expect(record.latest.update == .successful && record.latest.state == .active)
        // There is nothing left to settle.
        record.settle(("InternalError", "x"), Self.stamp(4))
        #expect(record.latest.revisionID == "revision-3")
    }

    @Test func whatFailsSaysWhyAndCanBeUpdated() throws {
        var record = Self.record()
        record.settle(("InvalidZipFileException", "broken"), Self.stamp(1))
        let answer = record.latest.configuration("f", arn: "arn", in: Self.place)
        #expect(answer["State"]?.string == "Failed" && answer["StateReason"]?.string == "broken")
        #expect(answer["StateReasonCode"]?.string == "InvalidZipFileException")
        try record.checkSettled(in: Self.place)
        record.update(code: Self.code("b"), Self.stamp(2))
        record.settle(nil, Self.stamp(3))
        #expect(record.latest.state == .active && record.latest.update == .successful)
    }

    @Test func versionsAreNumberedOnceAndOnlyForChanges() throws {
        var record = Self.record()
        record.settle(nil, Self.stamp(1))
        let first = try record.publish(description: "one", Self.stamp(2))
        #expect(first.version.version == "1" && first.isNew && first.version.settings.description == "one")
        let same = try record.publish(description: "other", Self.stamp(3))
        #expect(same.version == first.version && !same.isNew)
        record.update(code: Self.code("b"), Self.stamp(4))
        record.settle(nil, Self.stamp(5))
        let second = try record.publish(description: nil, Self.stamp(6)).version
        #expect(second.version == "2" && second.code == Self.code("b"))
        #expect(record.version("1")?.code == Self.code("a"))
        try record.delete(version: "2", in: Self.place)
        #expect(try record.publish(description: nil, Self.stamp(7)).version.version == "3")
        // One that is not there is deleted already.
        try record.delete(version: "9", in: Self.place)
    }

    @Test func publishingIsGuarded() {
        var record = Self.record()
        let revision = Self.message { () throws(ControlError) in
            _ = try record.publish(description: nil, revision: "no", Self.stamp(1))
        }
        #expect(revision?.hasPrefix("The Revision Id provided does not match the latest Revision Id. ") == true)
        let hash = Self.message { () throws(ControlError) in
            _ = try record.publish(description: nil, codeSha256: "no", Self.stamp(1))
        }
        #expect(
            hash == "CodeSHA256 (no) is different from current CodeSHA256 in $LATEST (a). "
                + "Please try again with the CodeSHA256 in $LATEST."
        )
        #expect(record.versions.isEmpty && record.nextVersion == 1)
    }

    @Test func aliasesPointToVersionsThatExist() throws {
        var record = Self.record()
        record.settle(nil, Self.stamp(1))
        _ = try record.publish(description: nil, Self.stamp(2))
        record.update(code: Self.code("b"), Self.stamp(3))
        _ = try record.publish(description: nil, Self.stamp(4))
        func refusal(_ alias: String, _ version: String, _ weights: [String: Double] = [:]) -> String? {
            var copy = record
            return Self.message { () throws(ControlError) in
                _ = try copy.createAlias(
                    alias,
                    version: version,
                    description: "",
                    weights: weights,
                    Self.stamp(9),
                    in: Self.place
                )
            }
        }
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
        #expect(refusal("a", "1", ["2": 0.5]) == nil)
        #expect(refusal("a", "$LATEST") == nil)
        #expect(refusal("a", "10") == "Function not found: \(arn):10")
        #expect(refusal("a", "1", ["10": 0.5]) == "Function not found: \(arn):10")
        #expect(
            refusal("a", "1", ["1": 0.5])
                == "Invalid function version 1. Function version 1 is already included in routing configuration."
        )
        #expect(
            refusal("a", "1", ["2": 0.1, "3": 0.1])
                == "Number of items in AdditionalVersionWeights cannot be greater than 1"
        )
        #expect(
            refusal("a", "$LATEST", ["1": 0.1])
                == "$LATEST is not supported for an alias pointing to more than 1 version"
        )
        _ = try record.createAlias(
            "live",
            version: "1",
            description: "",
            weights: ["2": 0.25],
            Self.stamp(5),
            in: Self.place
        )
        #expect(refusal("live", "1") == "Alias already exists: \(arn):live")
        // A version that an alias uses stays.
        for version in ["1", "2"] {
            var copy = record
            let words = Self.message { () throws(ControlError) in try copy.delete(version: version, in: Self.place) }
            #expect(words?.contains("[live]") == true)
        }
        let moved = try record.updateAlias(
            "live",
            version: "2",
            description: nil,
            weights: [:],
            revision: "revision-5",
            Self.stamp(6),
            in: Self.place
        )
        #expect(moved.functionVersion == "2" && moved.weights.isEmpty && moved.revisionID == "revision-6")
        let stale = Self.message { () throws(ControlError) in
            _ = try record.updateAlias(
                "live",
                version: "1",
                description: nil,
                weights: nil,
                revision: "revision-5",
                Self.stamp(7),
                in: Self.place
            )
        }
        #expect(stale?.hasSuffix("Call the GetFunction/GetAlias API to retrieve the latest Revision Id") == true)
        try record.delete(version: "1", in: Self.place)
        record.policies["live"] = []
        record.policyRevisions = ["": "revision-1", "live": "revision-6"]
        record.deleteAlias("live")
        #expect(record.aliases.isEmpty)
        #expect(record.policies["live"] == nil && record.policyRevisions == ["": "revision-1"])
    }

    @Test func weightsDecideWhereACallGoes() {
        let alias = AliasRecord(
            name: "a",
            functionVersion: "1",
            description: "",
            weights: ["2": 0.25],
            revisionID: ""
        )
        #expect(alias.route(0) == "2" && alias.route(0.249) == "2")
        #expect(alias.route(0.25) == "1" && alias.route(0.999) == "1")
        var all = alias
        all.weights = ["2": 1]
        #expect(all.route(0.999) == "2")
        all.weights = ["2": 0]
        #expect(all.route(0) == "1")
    }

    @Test(
        arguments: [
            ("f", nil, "f", nil), ("f:1", nil, "f", "1"), ("function:f", nil, "f", nil),
            ("function", nil, "function", nil),
            ("123456789012:function:f:live", nil, "f", "live"), ("f", "live", "f", "live"),
            ("f:live", "live", "f", "live"),
            ("arn:aws:lambda:us-east-1:123456789012:function:f", "2", "f", "2"),
            ("arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST", nil, "f", "$LATEST"),
            ("arn:aws:lambda:us-east-1:123456789012:function", nil, "function", nil),
        ] as [(String, String?, String, String?)]
    )
    func aFunctionHasManyNames(_ text: String, _ qualifier: String?, _ name: String, _ found: String?) throws {
        let named = try NamedFunction(text, qualifier: qualifier, in: Self.place, action: "GetFunction")
        #expect(named.name == name && named.qualifier == found)
    }

    @Test(
        arguments: [
            ("f:1", "2", "The derived qualifier from the function name does not match the specified qualifier."),
            (
                "arn:aws:lambda:eu-west-1:123456789012:function:f", nil,
                "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"
            ),
            (
                "arn:aws:lambda:us-east-1:999999999999:function:f", nil,
                "User: arn:aws:iam::123456789012:user/simulator is not authorized to perform: lambda:GetFunction on resource: "
                    + "arn:aws:lambda:us-east-1:999999999999:function:f because no resource-based policy allows the "
                    + "lambda:GetFunction action"
            ),
        ] as [(String, String?, String)]
    )
    func whatLiesElsewhereIsRefused(_ text: String, _ qualifier: String?, _ words: String) {
        let found = Self.message { () throws(ControlError) in
            _ = try NamedFunction(text, qualifier: qualifier, in: Self.place, action: "GetFunction")
        }
        #expect(found == words)
    }
}
