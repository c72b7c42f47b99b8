import Foundation
import Testing

/// Clients of Lambda's API: version 2 of the AWS command line and of the SDK for Go, as Debian brings them, and AWS's SAM CLI.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct SimClientsTests {
    private static let functions = ["f=/bin/cat", "bad=/bin/false", "--quiet", "--timeout", "20"]

    @Test func theCommandLineOfVersion2Calls() async throws {
        // The one in PATH may be version 1, from PyPI.
        let aws = "/usr/bin/aws"
        guard FileManager.default.isExecutableFile(atPath: aws) else {
            throw Executables.Missing("\(aws): apt-get install awscli")
        }
        try await SimTool.withFolder { folder in
            try await SimServer.with(Self.functions, in: folder) { server in
                let more = [
                    "--endpoint-url", "http://127.0.0.1:\(server.port)", "--region", "us-east-1", "--no-cli-pager",
                    "--output", "json",
                ]
                func call(_ name: String, _ words: [String]) async throws -> (TestProcess.Result, String) {
                    let result = try await SimTool.start(
                        aws,
                        ["lambda", "invoke", "--function-name", name, "out"] + words + more,
                        in: folder,
                        environment: [
                            "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "HOME": folder.path,
                        ]
                    ).result(within: 100)
                    let out = folder.appendingPathComponent("out")
                    defer { try? FileManager.default.removeItem(at: out) }
                    return (result, (try? String(contentsOf: out, encoding: .utf8)) ?? "")
                }
                // Version 2 takes payloads as base64 unless it is told otherwise.
                let (first, answer) = try await call("f", ["--payload", "eyJhIjoxfQ==", "--log-type", "Tail"])
                #expect(first.status == 0, "\(first.log)")
                #expect(answer == #"{"a":1}"#)
                #expect(first.text.contains(#""ExecutedVersion": "$LATEST""#) && first.text.contains("LogResult"))
                let raw = ["--cli-binary-format", "raw-in-base64-out", "--payload", "{}"]
                let (failed, error) = try await call("bad", raw)
                #expect(failed.status == 0 && failed.text.contains(#""FunctionError": "Unhandled""#), "\(failed.log)")
                #expect(error.contains("Function.ExitStatus"))
                let (missing, _) = try await call("none", raw)
                #expect(missing.status == 254, "\(missing.log)")
                #expect(missing.log.contains("(ResourceNotFoundException) when calling the Invoke operation"))
            }
        }
    }

    /// `sam remote invoke`, where `scripts/test.sh` has put it: `SHIM_TEST_SAM` names the folder.
    @Test func samRemoteInvokeCalls() async throws {
        guard let packages = ProcessInfo.processInfo.environment["SHIM_TEST_SAM"] else {
            throw Executables.Missing("AWS's SAM CLI: run scripts/test.sh, which fetches it and sets SHIM_TEST_SAM")
        }
        try await SimTool.withFolder { folder in
            try await SimServer.with(Self.functions + ["--control-plane"], in: folder) { server in
                func call(_ name: String, _ words: [String]) async throws -> TestProcess.Result {
                    try await SimTool.start(
                        Executables.system("python3"),
                        ["-m", "samcli", "remote", "invoke", "arn:aws:lambda:us-east-1:123456789012:function:" + name]
                            + words,
                        in: folder,
                        environment: [
                            "PYTHONPATH": packages, "SAM_CLI_TELEMETRY": "0", "HOME": folder.path,
                            "AWS_ENDPOINT_URL_LAMBDA": "http://127.0.0.1:\(server.port)",
                            "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y",
                        ]
                    ).result(within: 100)
                }
                let text = try await call("f", ["--event", #"{"a":"é"}"#])
                #expect(text.status == 0 && text.text.hasPrefix(#"{"a":"é"}"#), "\(text.log)")
                #expect(text.log.contains("START RequestId: ") && text.log.contains("REPORT RequestId: "))
                let json = try await call("f", ["--event", "1", "--output", "json"])
                let seen = try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any]
                #expect(seen?["StatusCode"] as? Int == 200 && seen?["Payload"] as? String == "1", "\(json.text)")
                #expect(seen?["ExecutedVersion"] as? String == "$LATEST" && seen?["LogResult"] != nil)
                let event = try await call(
                    "f",
                    [
                        "--event", "1", "--output", "json", "--parameter", "InvocationType=Event", "--parameter",
                        "LogType=None",
                    ]
                )
                #expect(event.status == 0 && event.text.contains(#""StatusCode": 202"#), "\(event.text) \(event.log)")
                let failed = try await call("bad", ["--event", "{}"])
                #expect(failed.text.contains("Function.ExitStatus"), "\(failed.text) \(failed.log)")
                let missing = try await call("none", [])
                #expect(missing.status == 1 && missing.log.contains("Function not found: "), "\(missing.log)")
                let tenant = try await call("f", ["--event", "1", "--tenant-id", "blue"])
                #expect(tenant.status == 0 && tenant.text.hasPrefix("1"), "\(tenant.log)")
            }
        }
    }

    @Test func theSDKForGoCalls() async throws {
        let source = #"""
            package main

            import (
            	"context"
            	"encoding/base64"
            	"errors"
            	"fmt"
            	"os"
            	"strings"

            	"github.com/aws/aws-sdk-go-v2/aws"
            	"github.com/aws/aws-sdk-go-v2/service/lambda"
            	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
            )

            func main() {
            	ctx := context.Background()
            	client := lambda.New(lambda.Options{
            		Region:           "us-east-1",
            		EndpointResolver: lambda.EndpointResolverFromURL(os.Args[1]),
            		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
            			return aws.Credentials{AccessKeyID: "x", SecretAccessKey: "y"}, nil
            		}),
            	})
            	for _, name := range []string{"f", "bad", "none"} {
            		out, err := client.Invoke(ctx, &lambda.InvokeInput{
            			FunctionName: aws.String(name), Payload: []byte(`{"a":"é"}`), LogType: types.LogTypeTail,
            		})
            		var missing *types.ResourceNotFoundException
            		if errors.As(err, &missing) {
            			fmt.Println(name, missing.ErrorMessage())
            			continue
            		}
            		if err != nil {
            			fmt.Println(name, err)
            			continue
            		}
            		log, _ := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
            		fmt.Println(name, out.StatusCode, aws.ToString(out.ExecutedVersion), aws.ToString(out.FunctionError),
            			strings.HasPrefix(string(log), "START RequestId: "), len(out.Payload))
            	}
            	event, err := client.Invoke(ctx, &lambda.InvokeInput{
            		FunctionName: aws.String("f"), InvocationType: types.InvocationTypeEvent,
            	})
            	fmt.Println(event.StatusCode, err)
            	list, err := client.ListFunctions(ctx, &lambda.ListFunctionsInput{})
            	fmt.Println(len(list.Functions), err)
            }

            """#
        try await SimTool.withFolder { folder in
            let file = folder.appendingPathComponent("main.go")
            try Data(source.utf8).write(to: file)
            let built = try await SimTool.start(
                Executables.system("go"),
                ["build", "-o", "client", file.path],
                in: folder,
                // Debian's own copies of the modules.
                environment: [
                    "GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOCACHE": folder.path + "/cache",
                    "CGO_ENABLED": "0",
                ]
            ).result(within: 200)
            try #require(built.status == 0, "apt-get install golang-github-aws-aws-sdk-go-v2-dev: \(built.log)")
            try await SimServer.with(Self.functions + ["--control-plane"], in: folder) { server in
                let result = try await SimTool.start(
                    folder.path + "/client",
                    ["http://127.0.0.1:\(server.port)"],
                    in: folder
                ).result()
                let lines = result.text.split(separator: "\n")
                #expect(lines.first == "f 200 $LATEST  true 10", "\(result.log)")
                #expect(lines.dropFirst().first?.hasPrefix("bad 200 $LATEST Unhandled true ") == true)
                #expect(
                    lines.dropFirst(2) == [
                        "none Function not found: arn:aws:lambda:us-east-1:123456789012:function:none:$LATEST",
                        "202 <nil>", "0 <nil>",
                    ]
                )
            }
        }
    }
}
