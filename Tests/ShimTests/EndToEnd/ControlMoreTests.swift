import Foundation
import Testing

/// More of Lambda's API for functions: code signing, tenants, provisioned concurrency, and URLs that are gone.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ControlMoreTests {
    private static func run(options: [String] = [], _ script: String) async throws {
        try await SimTool.withFolder { folder in
            try await SimServer.with(["--quiet"] + options, in: folder) { try await ControlPlaneTests.run(script, $0) }
        }
    }

    /// localstack test_function_code_signing_config, test_code_signing_not_found_excs.
    @Test func codeSigningConfigurationsAreKept() async throws {
        try await SimTool.withFolder { folder in
            let options = ["--quiet", "--data", folder.appendingPathComponent("data").path]
            try await SimServer.with(options, in: folder) { server in
                try await ControlPlaneTests.run(
                    #"""
                    create('f', code('one'))
                    profile = 'arn:aws:signer:us-east-1:123456789012:/signing-profiles/test'
                    r = client.create_code_signing_config(Description='d', AllowedPublishers={'SigningProfileVersionArns': [profile]},
                        CodeSigningPolicies={'UntrustedArtifactOnDeployment': 'Enforce'}, Tags={'a': 'b'})
                    assert r['ResponseMetadata']['HTTPStatusCode'] == 201, r
                    c = r['CodeSigningConfig']; arn = c['CodeSigningConfigArn']; id = c['CodeSigningConfigId']
                    assert arn == 'arn:aws:lambda:us-east-1:123456789012:code-signing-config:' + id and len(id) == 21, c
                    assert c['AllowedPublishers'] == {'SigningProfileVersionArns': [profile]} and c['Description'] == 'd', c
                    assert c['CodeSigningPolicies'] == {'UntrustedArtifactOnDeployment': 'Enforce'}, c
                    bad = arn[:-1] + ('0' if arn[-1] != '0' else '1')
                    no = 'The Lambda code signing configuration %s can not be found.' % bad
                    for call, more in [(client.delete_code_signing_config, {}), (client.get_code_signing_config, {}),
                            (client.update_code_signing_config, {'Description': 'x'}), (client.list_functions_by_code_signing_config, {})]:
                        assert refused('ResourceNotFoundException', 404, call, CodeSigningConfigArn=bad, **more) == no
                    u = client.update_code_signing_config(CodeSigningConfigArn=arn, CodeSigningPolicies={'UntrustedArtifactOnDeployment': 'Warn'})['CodeSigningConfig']
                    assert u['CodeSigningPolicies'] == {'UntrustedArtifactOnDeployment': 'Warn'} and u['Description'] == 'd', u
                    assert client.get_code_signing_config(CodeSigningConfigArn=arn)['CodeSigningConfig'] == u
                    assert client.list_code_signing_configs()['CodeSigningConfigs'] == [u]
                    assert bare(client.get_function_code_signing_config(FunctionName='f')) == {}
                    assert client.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)['FunctionArns'] == []
                    put = client.put_function_code_signing_config
                    gone = 'The code signing configuration cannot be found. Check that the provided configuration is not deleted: %s.' % bad
                    for name in ['f', 'none']:
                        assert refused('CodeSigningConfigNotFoundException', 404, put, FunctionName=name, CodeSigningConfigArn=bad) == gone
                    assert refused('ResourceNotFoundException', 404, put, FunctionName='none', CodeSigningConfigArn=arn) == 'Function not found: ' + ARN + 'none'
                    assert bare(put(FunctionName='f', CodeSigningConfigArn=arn)) == {'CodeSigningConfigArn': arn, 'FunctionName': 'f'}
                    assert bare(client.get_function_code_signing_config(FunctionName='f')) == {'CodeSigningConfigArn': arn, 'FunctionName': 'f'}
                    assert client.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)['FunctionArns'] == [ARN + 'f']
                    refused('ResourceConflictException', 409, client.delete_code_signing_config, CodeSigningConfigArn=arn)
                    assert client.list_tags(Resource=arn)['Tags'] == {'a': 'b'}
                    client.tag_resource(Resource=arn, Tags={'c': 'd'}); client.untag_resource(Resource=arn, TagKeys=['a'])
                    assert client.list_tags(Resource=arn)['Tags'] == {'c': 'd'}
                    refused('ResourceNotFoundException', 404, client.list_tags, Resource=bad)
                    m = refused('CodeSigningConfigNotFoundException', 404, client.create_function, FunctionName='g', Runtime='provided.al2023',
                        Handler='h', Role=ROLE, Code={'ZipFile': code('x')}, CodeSigningConfigArn=bad)
                    assert m == gone, m
                    m = refused('ValidationException', 400, client.create_code_signing_config, AllowedPublishers={'SigningProfileVersionArns': ['x']})
                    assert m.startswith("1 validation error detected: Value '[x]' at 'allowedPublishers.signingProfileVersionArns' failed"), m
                    """#,
                    server
                )
            }
            // They are there after a restart, too.
            try await SimServer.with(options, in: folder) { server in
                try await ControlPlaneTests.run(
                    #"""
                    (c,) = client.list_code_signing_configs()['CodeSigningConfigs']
                    arn = c['CodeSigningConfigArn']
                    assert client.get_function_code_signing_config(FunctionName='f')['CodeSigningConfigArn'] == arn
                    assert client.delete_function_code_signing_config(FunctionName='f')['ResponseMetadata']['HTTPStatusCode'] == 204
                    assert client.delete_function_code_signing_config(FunctionName='f')['ResponseMetadata']['HTTPStatusCode'] == 204
                    assert client.delete_code_signing_config(CodeSigningConfigArn=arn)['ResponseMetadata']['HTTPStatusCode'] == 204
                    assert client.list_code_signing_configs()['CodeSigningConfigs'] == []
                    """#,
                    server
                )
            }
        }
    }

    @Test func noTenantGetsTheEnvironmentOfAnother() async throws {
        try await Self.run(
            options: ["--concurrency", "2"],
            #"""
            from concurrent.futures import ThreadPoolExecutor
            pid = code('one', 'echo $$')
            create('shared', pid)
            create('tenants', pid, TenancyConfig={'TenantIsolationMode': 'PER_TENANT'})
            assert client.get_function(FunctionName='tenants')['Configuration']['TenancyConfig'] == {'TenantIsolationMode': 'PER_TENANT'}
            m = refused('InvalidParameterValueException', 400, client.invoke, FunctionName='tenants')
            assert m == 'The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.', m
            m = refused('InvalidParameterValueException', 400, client.invoke, FunctionName='shared', TenantId='blue')
            assert m == 'The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.', m
            m = refused('ValidationException', 400, client.invoke, FunctionName='tenants', TenantId='a#b')
            assert "at 'tenantId' failed to satisfy constraint: Member must satisfy regular expression pattern" in m, m
            def rest(): # until nobody is on its way back for the next event
                deadline = time.time() + 30
                while time.time() < deadline:
                    state = json.load(urllib.request.urlopen('http://127.0.0.1:%d/_/state' % PORT))
                    if all(e['state'] == 'idle' for f in state['functions'] for e in f['environments']): return
                    time.sleep(0.02)
            def process(tenant):
                rest(); return call('tenants', TenantId=tenant)[0][2]
            blue, red = process('blue'), process('red')
            assert blue != red and process('blue') == blue and process('red') == red
            # A third one takes the place of the one that has been idle longest.
            green = process('green')
            assert green not in (blue, red) and process('red') == red and process('blue') != blue
            rest()
            with ThreadPoolExecutor(2) as pool: seen = set(pool.map(lambda t: call('tenants', TenantId=t)[0][2], ['a', 'b']))
            assert len(seen) == 2, seen
            """#
        )
    }

    /// localstack test_provisioned_concurrency, test_provisioned_concurrency_init_failure,
    /// test_lambda_provisioned_concurrency_moves_with_alias.
    @Test func provisionedEnvironmentsAreStartedBeforeACall() async throws {
        try await Self.run(
            #"""
            kind = code('one', 'echo $AWS_LAMBDA_INITIALIZATION_TYPE')
            create('f', kind); client.publish_version(FunctionName='f')
            put = lambda n, **more: client.put_provisioned_concurrency_config(FunctionName='f', ProvisionedConcurrentExecutions=n, **more)
            get = lambda q, name='f': client.get_provisioned_concurrency_config(FunctionName=name, Qualifier=q)
            def settled(q, name='f'):
                deadline = time.time() + 60
                while get(q, name)['Status'] == 'IN_PROGRESS' and time.time() < deadline: time.sleep(0.05)
                r = bare(get(q, name)); r.pop('LastModified'); return r
            r = put(3, Qualifier='1')
            assert r['ResponseMetadata']['HTTPStatusCode'] == 202 and r['Status'] == 'IN_PROGRESS', r
            assert r['AllocatedProvisionedConcurrentExecutions'] == r['AvailableProvisionedConcurrentExecutions'] == 0, r
            assert settled('1') == {'RequestedProvisionedConcurrentExecutions': 3, 'AvailableProvisionedConcurrentExecutions': 3,
                'AllocatedProvisionedConcurrentExecutions': 3, 'Status': 'READY'}, get('1')
            assert call('f', Qualifier='1')[0][2] == 'provisioned-concurrency' and call('f')[0][2] == 'on-demand'
            # An alias takes what it has provisioned along.
            client.delete_provisioned_concurrency_config(FunctionName='f', Qualifier='1')
            client.update_function_code(FunctionName='f', ZipFile=code('two', 'echo $AWS_LAMBDA_INITIALIZATION_TYPE')); updated('f')
            client.publish_version(FunctionName='f'); client.create_alias(FunctionName='f', Name='live', FunctionVersion='1')
            put(1, Qualifier='live'); assert settled('live')['Status'] == 'READY'
            assert call('f', Qualifier='2')[0][2] == 'on-demand'
            client.update_alias(FunctionName='f', Name='live', FunctionVersion='2')
            assert settled('live')['Status'] == 'READY'
            assert call('f', Qualifier='2')[0][2] == 'provisioned-concurrency' and call('f', Qualifier='1')[0][2] == 'on-demand'
            # No call waits for one, or goes to one that has failed; what they cannot take goes to others.
            def ahead(first): # a bootstrap that begins so where it is started ahead of calls
                text = zipfile.ZipFile(io.BytesIO(kind)).read('bootstrap').decode()
                return package({'bootstrap': text.replace('API=', '[ $AWS_LAMBDA_INITIALIZATION_TYPE = on-demand ] || %s\nAPI=' % first, 1)})
            create('slow', ahead('sleep 2')); client.publish_version(FunctionName='slow')
            client.put_provisioned_concurrency_config(FunctionName='slow', Qualifier='1', ProvisionedConcurrentExecutions=1)
            assert call('slow', Qualifier='1')[0][2] == 'on-demand'
            assert settled('1', 'slow')['Status'] == 'READY' and call('slow', Qualifier='1')[0][2] == 'provisioned-concurrency'
            create('bad', ahead('exit 1')); client.publish_version(FunctionName='bad')
            client.put_provisioned_concurrency_config(FunctionName='bad', Qualifier='1', ProvisionedConcurrentExecutions=1)
            assert settled('1', 'bad') == {'RequestedProvisionedConcurrentExecutions': 1, 'AvailableProvisionedConcurrentExecutions': 0,
                'AllocatedProvisionedConcurrentExecutions': 0, 'Status': 'FAILED', 'StatusReason': 'FUNCTION_ERROR_INIT_FAILURE'}, get('1', 'bad')
            assert call('bad', Qualifier='1')[0][2] == 'on-demand'
            """#
        )
    }

    /// localstack test_lambda_url_persists_after_alias_delete.
    @Test func aURLThatIsGoneSaysForbidden() async throws {
        try await Self.run(
            #"""
            create('f', code('one')); client.publish_version(FunctionName='f')
            client.create_alias(FunctionName='f', Name='live', FunctionVersion='1')
            url = client.create_function_url_config(FunctionName='f', Qualifier='live', AuthType='NONE')['FunctionUrl']
            assert urllib.request.urlopen(url).status == 200
            client.delete_alias(FunctionName='f', Name='live')
            def gone():
                try: urllib.request.urlopen(url)
                except urllib.error.HTTPError as e: return e.code, e.headers['x-amzn-ErrorType'], json.load(e)
            assert gone() == (403, 'AccessDeniedException', {'Message':
                'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html'}), gone()
            # A new one is another one.
            client.create_alias(FunctionName='f', Name='live', FunctionVersion='1')
            new = client.create_function_url_config(FunctionName='f', Qualifier='live', AuthType='NONE')['FunctionUrl']
            assert new != url and urllib.request.urlopen(new).status == 200 and gone()[0] == 403
            """#
        )
    }
}
