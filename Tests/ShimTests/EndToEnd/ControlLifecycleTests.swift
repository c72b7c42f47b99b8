import Foundation
import Testing

/// How functions, versions and their concurrency change in Lambda's API, as localstack's tests have recorded it on AWS
/// (`tests/aws/services/lambda_/test_lambda_api.snapshot.json` and `test_lambda.snapshot.json`; each step names its test).
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ControlLifecycleTests {
    @Test func versionsAndConcurrencyAreAsRecorded() async throws {
        try await SimTool.withFolder { folder in
            let options = ["--transition-time", "1", "--on-failure", "failed.jsonl", "--retry-delays", "0"]
            try await SimServer.with(options, in: folder) { server in
                try await ControlPlaneTests.run(
                    #"""
                    I, N, V, T = ('InvalidParameterValueException', 'ResourceNotFoundException', 'ValidationException',
                        'TooManyRequestsException')
                    loose = boto3.client('lambda', endpoint_url='http://127.0.0.1:%d' % PORT, region_name='us-east-1',
                        aws_access_key_id='x', aws_secret_access_key='y',
                        config=Config(retries={'total_max_attempts': 1}, parameter_validation=False))
                    zip1, zip2 = code('one'), code('two')
                    def active(version):
                        deadline = time.time() + 20
                        while client.get_function_configuration(FunctionName='f', Qualifier=version)['State'] != 'Active':
                            assert time.time() < deadline; time.sleep(0.05)
                    # test_publish_version_on_create, test_lambda_concurrent_config_updates
                    args = dict(Runtime='provided.al2023', Handler='h', Role=ROLE, Code={'ZipFile': zip1}, Timeout=20)
                    first = client.create_function(FunctionName='f', Publish=True, **args)
                    assert first['Version'] == '1' and first['State'] == 'Pending', first
                    active('1')
                    revisions = [first['RevisionId']] + [client.get_function_configuration(FunctionName=n)['RevisionId']
                        for n in ['f', 'f:1']]
                    assert len(set(revisions)) == 3, revisions
                    client.update_function_configuration(FunctionName='f', Timeout=21)
                    assert refused('ResourceConflictException', 409, client.update_function_configuration, FunctionName='f',
                        Timeout=22).startswith('The operation cannot be performed at this time. An update is in progress for resource: ')
                    updated('f')
                    # test_version_lifecycle, test_lambda_image_versions
                    assert client.publish_version(FunctionName='f', Description='a')['Version'] == '2'
                    assert client.publish_version(FunctionName='f', Description='b')['Description'] == 'a'
                    client.update_function_configuration(FunctionName='f', Description='c'); updated('f')
                    third = client.publish_version(FunctionName='f')
                    assert (third['Version'], third['Description']) == ('3', 'c'), third
                    assert client.publish_version(FunctionName='f', Description='d')['Version'] == '3'
                    # test_publish_with_update, test_lambda_versions_with_code_changes
                    fourth = client.update_function_code(FunctionName='f', ZipFile=zip2, Publish=True)
                    for each in [fourth, client.get_function(FunctionName='f', Qualifier='4')['Configuration']]:
                        assert (each['Version'], each['State'], each['StateReasonCode']) == ('4', 'Pending', 'Creating'), each
                        assert 'LastUpdateStatus' not in each, each
                    assert call('f')[0][0] == 'one'
                    active('4')
                    assert call('f')[0][0] == 'two' and call('f', Qualifier='4') == (['two', '4'], '4')
                    # test_non_existent_alias_update, test_notfound_and_invalid_routingconfigs
                    assert refused(N, 404, client.update_alias, FunctionName='f', Name='no', Description='x') == 'Alias not found: ' + ARN + 'f:no'
                    assert "Value '{2=2.0}' at 'routingConfig.additionalVersionWeights'" in refused(V, 400, client.create_alias,
                        FunctionName='f', Name='a', FunctionVersion='1', RoutingConfig={'AdditionalVersionWeights': {'2': 2}})
                    # test_create_deprecated_function_runtime_with_validation_enabled, test_layer_compatibilities, test_layer_exceptions
                    for runtime in ['java8', 'go1.x', 'provided', 'nodejs12.x']:
                        assert refused(I, 400, loose.create_function, FunctionName='old', **dict(args, Runtime=runtime)) == (
                            'The runtime parameter of %s is no longer supported for creating or updating AWS Lambda functions. '
                            'We recommend you use a supported runtime while creating or updating functions.' % runtime)
                    old = client.publish_layer_version(LayerName='l', Content={'ZipFile': zip1}, CompatibleRuntimes=['java8', 'go1.x', 'provided'])
                    assert old['CompatibleRuntimes'] == ['java8', 'go1.x', 'provided']
                    assert 'enum value set: [ruby3.5, ruby2.6, dotnetcore1.0, ' in refused(V, 400, loose.list_layers, CompatibleRuntime='no')
                    # test_layer_function_exceptions: settings are looked at before the name
                    assert refused(I, 400, client.create_function, FunctionName='f', Layers=['arn:aws:lambda:us-west-2:123456789012:layer:l:1'],
                        **args) == 'Layers are not in the same region as the function. Layers are expected to be in region us-east-1.'
                    # test_vpc_config
                    network = {'SubnetIds': ['subnet-1'], 'SecurityGroupIds': ['sg-1']}
                    r = client.update_function_configuration(FunctionName='f', VpcConfig=network)['VpcConfig']
                    assert r['Ipv6AllowedForDualStack'] is False and r['VpcId'].startswith('vpc-') and r['SubnetIds'] == ['subnet-1'], r
                    updated('f')
                    client.update_function_configuration(FunctionName='f', VpcConfig={'SubnetIds': [], 'SecurityGroupIds': []}); updated('f')
                    assert client.get_function_configuration(FunctionName='f')['VpcConfig'] == {
                        'SubnetIds': [], 'SecurityGroupIds': [], 'VpcId': '', 'Ipv6AllowedForDualStack': False}
                    # test_provisioned_concurrency_limits
                    def provision(count, qualifier='4'):
                        return dict(FunctionName='f', Qualifier=qualifier, ProvisionedConcurrentExecutions=count)
                    put = client.put_provisioned_concurrency_config
                    assert refused(I, 400, put, **provision(1001)) == \
                        "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000]."
                    assert refused(I, 400, put, **provision(1000)) == ("Specified ConcurrentExecutions for function decreases "
                        "account's UnreservedConcurrentExecution below its minimum value of [100].")
                    # test_reserved_provisioned_overlap, test_lambda_concurrency_block
                    put(**provision(2))
                    reserve = client.put_function_concurrency
                    assert refused(I, 400, reserve, FunctionName='f', ReservedConcurrentExecutions=1) == \
                        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2]."
                    reserve(FunctionName='f', ReservedConcurrentExecutions=2)
                    assert refused(T, 429, loose.invoke, FunctionName='f') == 'Rate Exceeded.'
                    assert call('f', Qualifier='4') == (['two', '4'], '4')
                    for count, qualifier in [(3, '4'), (1, '3')]:
                        assert refused(I, 400, put, **provision(count, qualifier)) == \
                            'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function'
                    client.delete_provisioned_concurrency_config(FunctionName='f', Qualifier='4')
                    # test_reserved_concurrency
                    reserve(FunctionName='f', ReservedConcurrentExecutions=0)
                    assert refused(T, 429, loose.invoke, FunctionName='f', InvocationType='RequestResponse') == 'Rate Exceeded.'
                    assert loose.invoke(FunctionName='f', InvocationType='Event')['StatusCode'] == 202
                    deadline = time.time() + 20
                    while True:
                        try:
                            record = json.loads(open('failed.jsonl').read()); break
                        except (OSError, ValueError): assert time.time() < deadline; time.sleep(0.05)
                    assert record['requestContext']['condition'] == 'ZeroReservedConcurrency', record
                    assert record['requestContext']['approximateInvokeCount'] == 0 and record['requestPayload'] == {}, record
                    assert not {'responseContext', 'responsePayload'} & set(record), record
                    client.delete_function_concurrency(FunctionName='f')
                    # test_lambda_update_function_url_config, test_lambda_url_invalid_invoke_mode
                    client.create_function_url_config(FunctionName='f', AuthType='NONE')
                    assert 'InvokeMode' not in client.update_function_url_config(FunctionName='f', AuthType='NONE')
                    for mode in ['RESPONSE_STREAM', None]:
                        more = {'InvokeMode': mode} if mode else {}
                        assert client.update_function_url_config(FunctionName='f', **more)['InvokeMode'] == 'RESPONSE_STREAM'
                    assert refused(V, 400, loose.update_function_url_config, FunctionName='f', InvokeMode='UNKNOWN').endswith(
                        'Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]')
                    # test_create_tag_on_esm_create, test_tag_lifecycle, test_tag_exceptions, test_create_event_filter_criteria_validation
                    esm = client.create_event_source_mapping(FunctionName='f', EventSourceArn='arn:aws:sqs:us-east-1:123456789012:q',
                        Tags={'a': '1'}, FilterCriteria={'Filters': []})
                    assert 'FilterCriteria' not in esm, esm
                    arn = esm['EventSourceMappingArn']
                    client.tag_resource(Resource=arn, Tags={'b': '2', 'c': '3'}); client.untag_resource(Resource=arn, TagKeys=['a', 'c', 'z'])
                    assert client.list_tags(Resource=arn)['Tags'] == {'b': '2'}
                    for kind, words in [('event-source-mapping:00000000-0000-0000-0000-000000000000', 'Event source mapping'),
                            ('capacity-provider:none', 'Capacity provider')]:
                        other = 'arn:aws:lambda:us-east-1:123456789012:' + kind
                        for refusal in [refused(N, 404, client.list_tags, Resource=other),
                                refused(N, 404, client.tag_resource, Resource=other, Tags={'a': 'b'}),
                                refused(N, 404, client.untag_resource, Resource=other, TagKeys=['a'])]:
                            assert refusal == '%s not found: %s' % (words, other), refusal
                    """#,
                    server
                )
            }
        }
    }
}
