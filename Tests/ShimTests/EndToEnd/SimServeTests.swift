import Foundation
import Testing

/// `shim-sim serve` as boto3, the AWS CLI and curl see it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SimServeTests {
    @Test func boto3SeesLambdasAnswersAndErrors() async throws {
        try await SimTool.withFolder { folder in
            try SimServer.writeFunctions(to: folder)
            let names = ["curl", "exits", "segfaults", "sleeps", "invalid", "empty", "initerror", "large"]
            let targets = names.map { "\($0)=\(folder.path)/\($0)" } + ["cat=/bin/cat", "false=/bin/false"]
            try await SimServer.with(targets + ["--timeout", "1"], in: folder) { server in
                let seen = try await server.python(
                    #"""
                    r = invoke('cat', b'{"a":1}', LogType='Tail')
                    assert r['StatusCode'] == 200 and r['Payload'] == '{"a":1}' and 'FunctionError' not in r, r
                    assert r['ExecutedVersion'] == '$LATEST'
                    log = base64.b64decode(r['LogResult']).decode()
                    id = r['ResponseMetadata']['RequestId']
                    for line in ['START RequestId: %s Version: $LATEST\n' % id, 'END RequestId: %s\n' % id,
                                 'REPORT RequestId: %s\tDuration: ' % id]:
                        assert line in log, log
                    assert log.endswith('\t\n') and 'Init Duration' in log
                    for name in ['arn:aws:lambda:us-east-1:123456789012:function:cat', '123456789012:function:cat', 'cat:prod',
                                 'arn:aws:lambda:us-east-1:123456789012:function:cat:7']:
                        r = invoke(name, b'1')
                        assert r['Payload'] == '1'
                        assert r['ExecutedVersion'] == ('7' if name.endswith(':7') else '$LATEST')
                    assert invoke('cat', b'1', Qualifier='prod')['Payload'] == '1'
                    assert client.invoke(FunctionName='cat')['Payload'].read() == b'{}'
                    big = b'"' + b'x' * 6291454 + b'"'
                    assert invoke('cat', big)['Payload'].encode() == big
                    assert client.invoke(FunctionName='cat', InvocationType='DryRun')['StatusCode'] == 204
                    assert invoke('curl', b'2')['Payload'] == 'got 2'
                    for name, kind, words in [
                        ('exits', 'Runtime.ExitError', 'Runtime exited with error: exit status 3'),
                        ('segfaults', 'Runtime.ExitError', 'Runtime exited with error: signal: segmentation fault'),
                        ('sleeps', 'Sandbox.Timedout', 'Task timed out after 1.00 seconds'),
                        ('invalid', 'Runtime.InvalidEntrypoint', 'fork/exec /var/task/bootstrap: no such file or directory'),
                        ('empty', 'Runtime.InvalidEntrypoint',
                         "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]")]:
                        for again in range(2):
                            r = invoke(name)
                            id = r['ResponseMetadata']['RequestId']
                            assert r['StatusCode'] == 200 and r['FunctionError'] == 'Unhandled', r
                            assert json.loads(r['Payload']) == {'errorType': kind,
                                'errorMessage': 'RequestId: %s Error: %s' % (id, words)}, r
                    r = invoke('initerror')
                    assert r['FunctionError'] == 'Unhandled' and r['Payload'] == '{"errorMessage":"no","errorType":"Init"}', r
                    r = invoke('large')
                    assert json.loads(r['Payload'])['errorType'] == 'Function.ResponseSizeTooLarge', r['Payload'][:200]
                    assert '(6291557 bytes)' not in r['Payload'] and '(6291556 bytes)' in r['Payload']
                    r = invoke('false')
                    assert json.loads(r['Payload'])['errorType'] == 'Function.ExitStatus', r
                    def refused(exception, status, **call):
                        try: client.invoke(**call)
                        except exception as e:
                            assert e.response['ResponseMetadata']['HTTPStatusCode'] == status, e.response
                            return e.response
                        raise Exception('not refused: %s' % call)
                    E = client.exceptions
                    m = refused(E.ResourceNotFoundException, 404, FunctionName='none')['Error']['Message']
                    assert m == 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:none:$LATEST', m
                    refused(E.InvalidRequestContentException, 400, FunctionName='cat', Payload=b'{')
                    refused(E.InvalidRequestContentException, 400, FunctionName='cat', ClientContext='!!!')
                    refused(E.RequestTooLargeException, 413, FunctionName='cat', Payload=b'"' + b'x' * 6291455 + b'"')
                    refused(E.RequestTooLargeException, 413, FunctionName='cat', InvocationType='Event',
                        Payload=b'"' + b'x' * 1048575 + b'"')
                    print('done')
                    """#
                )
                #expect(seen == "done\n")
            }
        }
    }

    @Test func contextTraceAndTenantReachTheFunction() async throws {
        try await SimTool.withFolder { folder in
            let handler = """
                answer(json.dumps({k: v for k, v in headers.items() if k.startswith('lambda-runtime')}).encode())
                """
            try SimTool.script(SimServer.pythonBootstrap(handler), at: folder.appendingPathComponent("f"))
            try await SimServer.with(["f=\(folder.path)/f"], in: folder) { server in
                let seen = try await server.python(
                    #"""
                    context = base64.b64encode(b'{"custom":{"a":"\xc3\xa9"}}').decode()
                    def trace(params, **_): params['headers']['X-Amzn-Trace-Id'] = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'
                    client.meta.events.register('before-call.lambda.Invoke', trace)
                    r = invoke('f:live', ClientContext=context, TenantId='blue', LogType='Tail')
                    h = json.loads(r['Payload'])
                    assert h['lambda-runtime-client-context'] == '{"custom":{"a":"é"}}'.encode().decode(), h
                    assert h['lambda-runtime-trace-id'].endswith('Sampled=1'), h
                    assert h['lambda-runtime-aws-tenant-id'] == 'blue', h
                    assert h['lambda-runtime-invoked-function-arn'].endswith(':function:f:live'), h
                    assert h['lambda-runtime-aws-request-id'] == r['ResponseMetadata']['RequestId'], h
                    left = int(h['lambda-runtime-deadline-ms']) - time.time() * 1000
                    assert 0 < left <= 3000, left
                    assert 'XRAY TraceId: 1-5759e988' in base64.b64decode(r['LogResult']).decode()
                    headers = r['ResponseMetadata']['HTTPHeaders']
                    assert headers['x-amzn-trace-id'].startswith('root=1-5759e988'), headers
                    print('done')
                    """#
                )
                #expect(seen == "done\n")
            }
        }
    }

    @Test func curlLinesForTheEmulatorOfAWSWork() async throws {
        try await SimTool.withFolder { folder in
            try await SimServer.with(["cat"], in: folder) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/function/invocations"
                let result = try await server.curl(["-d", #"{"a":1}"#, url])
                #expect(result.text == #"{"a":1}"#)
                let encoded = url.replacing(
                    "/function/",
                    with: "/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Afunction/"
                )
                #expect(try await server.curl(["-d", "1", encoded]).text == "1")
                let overview = try await server.curl(["http://127.0.0.1:\(server.port)/"])
                #expect(overview.text.contains(#""name":"function""#))
            }
        }
    }

    @Test func theCommandLineOfAWSWorks() async throws {
        try await SimTool.withFolder { folder in
            try SimServer.writeFunctions(to: folder)
            try await SimServer.with(["f=/bin/cat", "x=\(folder.path)/exits"], in: folder) { server in
                func aws(_ arguments: [String]) async throws -> TestProcess.Result {
                    let common = ["lambda"] + arguments + ["--endpoint-url", "http://127.0.0.1:\(server.port)"]
                    return try await SimTool.start(
                        Executables.system("aws"),
                        common,
                        in: folder,
                        environment: [
                            "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1",
                            "AWS_MAX_ATTEMPTS": "1", "AWS_PAGER": "",
                        ]
                    ).result()
                }
                let file = folder.appendingPathComponent("event.json")
                try Data(#"{"a":1}"#.utf8).write(to: file)
                let payload = ["--payload", "fileb://\(file.path)"]
                let ok = try await aws(["invoke", "--function-name", "f"] + payload + ["out.json"])
                #expect(ok.status == 0, "\(ok.log)")
                #expect(ok.text.contains(#""StatusCode": 200"#) && ok.text.contains(#""ExecutedVersion": "$LATEST""#))
                let out = try String(contentsOf: folder.appendingPathComponent("out.json"), encoding: .utf8)
                #expect(out == #"{"a":1}"#)
                let failed = try await aws(["invoke", "--function-name", "x", "--log-type", "Tail", "out.json"])
                #expect(failed.text.contains(#""FunctionError": "Unhandled""#) && failed.text.contains("LogResult"))
                let bad = try await aws(["invoke", "--function-name", "a b", "out.json"])
                #expect(
                    bad.status != 0 && bad.log.contains("ValidationException") && bad.log.contains("Value 'a b'"),
                    "\(bad.log)"
                )
                let words = ["invoke", "--function-name", "f", "--qualifier", "a:b", "out.json"]
                #expect(try await aws(words).log.contains("Value 'a:b' at 'qualifier' failed to satisfy constraint"))
                let none = try await aws(["invoke", "--function-name", "none", "out.json"])
                #expect(none.status != 0 && none.log.contains("ResourceNotFoundException"))
            }
        }
    }

    /// Clients whose one address for all services is the simulator's learn in their own protocol what to set instead.
    @Test func otherServicesAreRefusedInTheirProtocol() async throws {
        try await SimTool.withFolder { folder in
            try await SimServer.with(["f=/bin/cat"], in: folder) { server in
                let seen = try await server.python(
                    #"""
                    import boto3
                    from botocore.exceptions import ClientError
                    for service, call in ('sts', 'get_caller_identity'), ('logs', 'describe_log_groups'), \
                            ('iam', 'list_roles'), ('scheduler', 'list_schedules'), ('apigatewayv2', 'get_apis'):
                        other = boto3.client(service, endpoint_url='http://127.0.0.1:\#(server.port)', region_name='us-east-1',
                            aws_access_key_id='x', aws_secret_access_key='y')
                        try: getattr(other, call)()
                        except ClientError as e:
                            error = e.response['Error']
                            assert 'AWS_ENDPOINT_URL_LAMBDA' in (error.get('Message') or error.get('message') or str(e)), e.response
                        else: assert False, service
                    print('done')
                    """#
                )
                #expect(seen == "done\n")
            }
        }
    }

    @Test func runtimesOfAWSRunUnchanged() async throws {
        try await SimTool.withFolder { folder in
            let python = try Executables.system("python3")
            let handler = """
                def ok(event, context): return {'got': event, 'id': context.aws_request_id, 'ms': context.get_remaining_time_in_millis()}
                def bad(event, context): raise ValueError('wrong <input>')
                """
            for name in ["ok", "bad", "missing"] {
                let package = folder.appendingPathComponent(name)
                try SimTool.script("#!/bin/sh\nexec \(python) -m awslambdaric handler.\(name)\n", at: package)
                try Data(handler.utf8).write(to: package.appendingPathComponent("handler.py"))
            }
            let targets = ["ok", "bad", "missing"].map { "\($0)=\(folder.path)/\($0)" }
            try await SimServer.with(targets + ["--timeout", "20", "--memory", "512"], in: folder) { server in
                let seen = try await server.python(
                    #"""
                    r = invoke('ok', b'{"a":1}')
                    p = json.loads(r['Payload'])
                    assert p['got'] == {'a': 1} and p['id'] == r['ResponseMetadata']['RequestId'], r
                    assert 0 < p['ms'] <= 20000, p
                    r = invoke('bad')
                    p = json.loads(r['Payload'])
                    assert r['FunctionError'] == 'Unhandled', r
                    assert p['errorType'] == 'ValueError' and p['errorMessage'] == 'wrong <input>' and p['stackTrace'], p
                    p = json.loads(invoke('missing')['Payload'])
                    assert p['errorType'] == 'Runtime.HandlerNotFound', p
                    print('done')
                    """#
                )
                #expect(seen == "done\n")
            }
        }
    }
}
