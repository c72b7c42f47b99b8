import Foundation
import Testing

/// Functions of container images in Lambda's API for functions: from a registry of this machine and from archives.
///
/// Answers and texts as recorded by localstack's `TestLambdaImages` (`test_lambda_api.snapshot.json`), and in public reports
/// of refusals (hashicorp/terraform#27963, pulumi/pulumi-aws#5439, boto/boto3#2705, docker/buildx#1533).
@Suite(.serialized, .timeLimit(.minutes(4)))
struct ControlImageTests {
    private static let prelude =
        ControlPlaneTests.prelude + #"""
            import subprocess
            I = 'InvalidParameterValueException'
            def make(name, uri, **more):
                r = client.create_function(FunctionName=name, PackageType='Image', Role=ROLE, Code={'ImageUri': uri},
                    Timeout=30, MemorySize=512, **more)
                client.get_waiter('function_active_v2').wait(FunctionName=name)
                return r
            def digest(tag):
                words = ['skopeo', 'inspect', '--tls-verify=false', '--format', '{{.Digest}}', 'docker://%s:%s' % (NAME, tag)]
                return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()[7:]
            def invalid(uri): return 'Source image %s is not valid. Provide a valid source image.' % uri

            """#

    private func run(_ script: String, _ server: SimServer, _ registry: PackRegistry) async throws {
        let names = "NAME = '\(registry.address)/fn'\nHERE = '\(server.folder.path)'\n"
        #expect(try await server.python(Self.prelude + names + script + "\nprint('done')\n") == "done\n")
    }

    @Test func imagesRunAndAreKept() async throws {
        try await SimTool.withFolder { folder in
            let registry = try PackRegistry()
            for tag in ["one", "two"] {
                let command = #"echo "\"\#(tag) $COLOR $NAME $(busybox pwd)\"""#
                try SimImageTests().image(tag + ".tar", command: command, in: folder)
                let target = "docker://\(registry.address)/fn:\(tag)"
                try PackTool.run(
                    "skopeo",
                    [
                        "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", "docker-archive:\(tag).tar",
                        target,
                    ],
                    package: "skopeo",
                    directory: folder.path
                )
            }
            try await SimServer.with(["--data", "data"], in: folder) { server in
                try await run(
                    #"""
                    r = make('f', NAME + ':one', Environment={'Variables': {'NAME': 'x'}})
                    assert r['CodeSha256'] == digest('one') and r['CodeSize'] == 0 and r['PackageType'] == 'Image', r
                    assert not {'Runtime', 'Handler', 'RuntimeVersionConfig', 'ImageConfigResponse', 'Layers'} & set(r), r
                    assert client.get_function(FunctionName='f')['Code'] == {
                        'ImageUri': NAME + ':one', 'RepositoryType': 'ECR', 'ResolvedImageUri': NAME + '@sha256:' + digest('one')}
                    assert call('f') == (['one', 'blue', 'x', '/var/task'], '$LATEST')
                    assert client.publish_version(FunctionName='f')['CodeSha256'] == digest('one')
                    u = client.update_function_code(FunctionName='f', ImageUri=NAME + ':any@sha256:' + digest('two'))
                    assert u['LastUpdateStatus'] == 'InProgress' and u['CodeSha256'] == digest('two'), u
                    updated('f')
                    assert call('f')[0][0] == 'two' and call('f', Qualifier='1') == (['one', 'blue', 'x', '/var/task'], '1')
                    words = {'EntryPoint': ['/bin/busybox', 'sh', '-c'], 'WorkingDirectory': '/tmp', 'Command': [
                        "export WHERE=$(busybox pwd); exec /shim /bin/busybox sh -c 'echo \"\\\"three $COLOR $WHERE\\\"\"'"]}
                    u = client.update_function_configuration(FunctionName='f', ImageConfig=words)
                    assert u['ImageConfigResponse'] == {'ImageConfig': words}, u
                    updated('f')
                    assert call('f')[0] == ['three', 'blue', '/tmp'], call('f')
                    u = client.update_function_configuration(FunctionName='f', ImageConfig={})
                    assert 'ImageConfigResponse' not in u, u
                    updated('f')
                    assert call('f')[0][0] == 'two'
                    assert client.update_function_configuration(FunctionName='f', ImageConfig={'WorkingDirectory': '/'})
                    make('file', HERE + '/one.tar')
                    assert call('file')[0][:2] == ['one', 'blue']
                    subprocess.run(['aws', 'lambda', 'create-function', '--function-name', 'cli', '--package-type', 'Image',
                        '--role', ROLE, '--code', 'ImageUri=docker-archive:' + HERE + '/two.tar', '--timeout', '30',
                        '--endpoint-url', 'http://127.0.0.1:%d' % PORT, '--region', 'us-east-1'], check=True,
                        stdout=subprocess.DEVNULL, env=dict(os.environ, AWS_ACCESS_KEY_ID='x', AWS_SECRET_ACCESS_KEY='y'))
                    client.get_waiter('function_active_v2').wait(FunctionName='cli')
                    assert call('cli')[0][0] == 'two'
                    """#.replacing("make('file'", with: "import os\nmake('file'"),
                    server,
                    registry
                )
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data/incoming") == [])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data/code").count >= 2)
            try await SimServer.with(["--data", "data"], in: folder) { server in
                try await run(
                    #"""
                    assert call('f')[0] == ['two', 'blue', 'x', '/var/task'] and call('f', Qualifier='1')[0][0] == 'one'
                    client.delete_function(FunctionName='f')
                    for name in ['file', 'cli']: client.delete_function(FunctionName=name)
                    """#,
                    server,
                    registry
                )
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data/code") == [])
        }
    }

    @Test func whatLambdaDoesNotTakeIsRefused() async throws {
        try await SimTool.withFolder { folder in
            let registry = try PackRegistry()
            try SimImageTests().image("one.tar", command: "echo 1", in: folder)
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("none"),
                withIntermediateDirectories: true
            )
            try SimImageTests().archive(
                "silent.tar",
                layers: [["-C", "none", "."]],
                config: #"{"config":{}}"#,
                in: folder
            )
            for words in [
                ["docker-archive:one.tar", "docker://\(registry.address)/fn:one"],
                ["docker-archive:one.tar", "oci:layout:x"], ["docker-archive:one.tar", "dir:plain"],
                ["--dest-compress-format", "zstd", "oci:layout:x", "oci:zstd:x"],
            ] {
                try PackTool.run(
                    "skopeo",
                    ["--insecure-policy", "copy", "-q", "--dest-tls-verify=false"] + words,
                    package: "skopeo",
                    directory: folder.path
                )
            }
            // Layers as they are in a tar file of Docker's; some versions of skopeo call them compressed all the same.
            let manifest = folder.appendingPathComponent("plain/manifest.json")
            let text = try String(contentsOf: manifest, encoding: .utf8)
            try Data(text.replacing("rootfs.diff.tar.gzip", with: "rootfs.diff.tar").utf8).write(to: manifest)
            try await SimServer.with([], in: folder) { server in
                try await run(
                    #"""
                    def no(uri, **more):
                        return refused(I, 400, client.create_function, FunctionName='q', PackageType='Image', Role=ROLE,
                            Code={'ImageUri': uri}, **more)
                    for uri in ['alpine:latest', 'alpine', NAME, NAME + ':', 'x y/z:1', '']: assert no(uri) == invalid(uri), no(uri)
                    missing = 'Source image %s does not exist. Provide a valid source image.'
                    for uri in [NAME + ':three', NAME + 'x:one', HERE + '/nothing.tar']: assert no(uri) == missing % uri, no(uri)
                    assert no(HERE + '/one.tar.parts/config.json') == invalid(HERE + '/one.tar.parts/config.json')
                    list = {'schemaVersion': 2, 'mediaType': 'application/vnd.docker.distribution.manifest.list.v2+json',
                        'manifests': [{'mediaType': 'application/vnd.docker.distribution.manifest.v2+json', 'size': 1,
                            'digest': 'sha256:' + digest('one'), 'platform': {'architecture': 'amd64', 'os': 'linux'}}]}
                    urllib.request.urlopen(urllib.request.Request('http://%s/v2/fn/manifests/list' % NAME[:-3], method='PUT',
                        data=json.dumps(list).encode(), headers={'Content-Type': list['mediaType']}))
                    types = 'The image manifest, config or layer media type for the source image %s is not supported.'
                    for uri in [NAME + ':list', 'oci:' + HERE + '/zstd:x', 'dir:' + HERE + '/plain']: assert no(uri) == types % uri, no(uri)
                    both = "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image."
                    assert no(NAME + ':one', Handler='h') == both and no(NAME + ':one', Runtime='provided.al2023') == both
                    source = 'Please provide a source for function code.'
                    for kind, code_ in [('Image', {'ZipFile': b'x'}), ('Zip', {'ImageUri': NAME + ':one'})]:
                        more = {'Runtime': 'provided.al2023', 'Handler': 'h'} if kind == 'Zip' else {}
                        assert refused(I, 400, client.create_function, FunctionName='q', PackageType=kind, Role=ROLE,
                            Code=code_, **more) == source
                    make('f', NAME + ':one')
                    assert refused(I, 400, client.update_function_code, FunctionName='f', ZipFile=code('x')) == \
                        'Please provide ImageUri when updating a function with packageType Image.'
                    assert refused(I, 400, client.update_function_code, FunctionName='f', ImageUri=NAME) == invalid(NAME)
                    assert client.get_function(FunctionName='f')['Code']['ImageUri'] == NAME + ':one'
                    client.create_function(FunctionName='silent', PackageType='Image', Role=ROLE,
                        Code={'ImageUri': HERE + '/silent.tar'})
                    for _ in range(100):
                        c = client.get_function_configuration(FunctionName='silent')
                        if c['State'] != 'Pending': break
                        time.sleep(0.1)
                    assert c['State'] == 'Failed' and c['StateReasonCode'] == 'InvalidImage', c
                    assert c['StateReason'].endswith('it has neither an entry point nor a command'), c
                    assert sorted(f['FunctionName'] for f in client.list_functions()['Functions']) == ['f', 'silent']
                    """#,
                    server,
                    registry
                )
            }
        }
    }
}
