import Foundation
import Glibc
import Testing

/// What Lambda's API for functions refuses, and in which words: calls and answers of localstack's tests, whose snapshots
/// (`tests/aws/services/lambda_/test_lambda_api.snapshot.json`) are validated on AWS.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ControlRecordedTests {
    @Test func refusalsAreAsRecorded() async throws {
        try await SimTool.withFolder { folder in
            // A zip that is larger than what may be in it.
            let bucket = folder.path + "/large"
            try FileManager.default.createDirectory(atPath: bucket, withIntermediateDirectories: false)
            #expect(FileManager.default.createFile(atPath: bucket + "/l.zip", contents: nil))
            #expect(truncate(bucket + "/l.zip", 262_144_118) == 0)
            try await SimServer.with(["--quiet", "--bucket", "large=\(bucket)"], in: folder) { server in
                try await ControlPlaneTests.run(
                    #"""
                    loose = boto3.client('lambda', endpoint_url='http://127.0.0.1:%d' % PORT, region_name='us-east-1',
                        aws_access_key_id='x', aws_secret_access_key='y',
                        config=Config(retries={'total_max_attempts': 1}, parameter_validation=False))
                    c = loose
                    zip1 = code('one')
                    LAYERS = 'arn:aws:lambda:us-east-1:123456789012'
                    differences = []
                    def ex(want, op, **k):
                        try: r=getattr(c,op)(**k); got=('OK',r['ResponseMetadata']['HTTPStatusCode'],'')
                        except c.exceptions.ClientError as e: got=(e.response['Error']['Code'],e.response['ResponseMetadata']['HTTPStatusCode'],e.response['Error']['Message'])
                        if got != want: differences.append('%s %s\n  recorded %s\n  here     %s' % (op, {a: b for a, b in k.items() if a != 'Code'}, want, got))
                    c.create_function(FunctionName='f',Runtime='provided.al2023',Handler='h',Role=ROLE,Code={'ZipFile':zip1})
                    c.get_waiter('function_active_v2').wait(FunctionName='f')
                    c.publish_version(FunctionName='f'); c.create_alias(FunctionName='f',Name='al',FunctionVersion='1')
                    I='InvalidParameterValueException';N='ResourceNotFoundException';V='ValidationException';C='ResourceConflictException'
                    mis='The derived qualifier from the function name does not match the specified qualifier.'
                    nsr='The resource you requested does not exist.'
                    P=dict(Action='lambda:InvokeFunction',Principal='s3.amazonaws.com')
                    ex((I,400,mis),'add_permission',FunctionName='f:alias-not-42',StatementId='s3',Qualifier='42',**P)
                    ex((I,400,'We currently do not support adding policies for $LATEST.'),'add_permission',FunctionName='f:$LATEST',StatementId='s3',Qualifier='$LATEST',**P)
                    ex((I,400,'The provided principal was invalid. Please check the principal and try again.'),'add_permission',FunctionName='f',StatementId='l',Action='lambda:InvokeFunction',Principal='invalid.nonaws.com',SourceAccount='123456789012')
                    ex((N,404,nsr),'get_policy',FunctionName='doesnotexist')
                    ex((N,404,nsr),'get_policy',FunctionName='f',Qualifier='77')
                    ex((N,404,'Function not found: '+LAYERS+':function:doesnotexist'),'add_permission',FunctionName='doesnotexist',StatementId='s3',**P)
                    ex((N,404,'No policy is associated with the given resource.'),'remove_permission',FunctionName='f',StatementId='s3')
                    ex((N,404,'Cannot find alias arn: '+LAYERS+':function:f:alias-doesnotexist'),'add_permission',FunctionName='f:alias-doesnotexist',StatementId='s3',**P)
                    ex((N,404,'Function not found: '+LAYERS+':function:f:42'),'add_permission',FunctionName='f',StatementId='s3',Qualifier='42',**P)
                    ex((N,404,'Function not found: '+LAYERS+':function:f:valid-with-$-but-doesnotexist'),'add_permission',FunctionName='f',StatementId='s3',Qualifier='valid-with-$-but-doesnotexist',**P)
                    ex(('OK',201,''),'add_permission',FunctionName='f',StatementId='s3',**P)
                    ex((N,404,'No policy found for: '+LAYERS+':function:doesnotexist'),'remove_permission',FunctionName='doesnotexist',StatementId='s3')
                    ex((N,404,'Cannot find alias arn: '+LAYERS+':function:f:alias-doesnotexist'),'remove_permission',FunctionName='f',StatementId='s3',Qualifier='alias-doesnotexist')
                    ex((N,404,'Statement non-existent is not found in resource policy.'),'remove_permission',FunctionName='f',StatementId='non-existent')
                    fdne='Function does not exist'
                    for op,extra,w in [('create_function_url_config',{'AuthType':'NONE'},fdne),('get_function_url_config',{},nsr),('delete_function_url_config',{},nsr),('update_function_url_config',{'AuthType':'NONE'},fdne)]:
                        ex((N,404,w),op,FunctionName='doesnotexist',**extra)
                        ex((N,404,w),op,FunctionName=LAYERS+':function:doesnotexist',**extra)
                        ex((V,400,"1 validation error detected: Value '1' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)"),op,FunctionName='doesnotexist',Qualifier='1',**extra)
                        ex((N,404,w),op,FunctionName='f',Qualifier='aliasdoesnotexist',**extra)
                        ex((I,400,mis),op,FunctionName=LAYERS+':function:f:al2',Qualifier='al',**extra)
                        if op!='create_function_url_config': ex((N,404,nsr),op,FunctionName='f',**extra)
                    ex((N,404,fdne),'list_function_url_configs',FunctionName='doesnotexist')
                    eic="The function %s doesn't have an EventInvokeConfig"
                    A = ARN
                    ex((N,404,"The function doesn't exist."),'put_function_event_invoke_config',FunctionName='doesnotexist',MaximumRetryAttempts=0)
                    ex((I,400,'You must specify at least one of error handling or destination setting.'),'put_function_event_invoke_config',FunctionName='f')
                    ex((I,400,'The destination ARN '+A+'doesnotexist is invalid.'),'put_function_event_invoke_config',FunctionName='f',DestinationConfig={'OnSuccess':{'Destination':A+'doesnotexist'}})
                    ex((I,400,"You can't specify the function as a destination for itself."),'put_function_event_invoke_config',FunctionName='f',DestinationConfig={'OnSuccess':{'Destination':A+'f'}})
                    iam='arn:aws:iam:us-east-1:123456789012:function:f'
                    ex((I,400,'The provided destination config DestinationConfig(onSuccess=OnSuccess(destination='+iam+'), onFailure=null) is invalid.'),'put_function_event_invoke_config',FunctionName='f',DestinationConfig={'OnSuccess':{'Destination':iam}})
                    ex((N,404,"The function doesn't exist."),'put_function_event_invoke_config',FunctionName='f:doesnotexist',MaximumRetryAttempts=0)
                    ex((I,400,mis),'put_function_event_invoke_config',FunctionName='f:al',Qualifier='1',MaximumRetryAttempts=0)
                    ex((N,404,eic%(A+'f:$LATEST')),'get_function_event_invoke_config',FunctionName='f')
                    ex((N,404,eic%(A+'doesnotexist:$LATEST')),'delete_function_event_invoke_config',FunctionName='doesnotexist')
                    ex((N,404,"The function doesn't exist."),'list_function_event_invoke_configs',FunctionName='doesnotexist')
                    ex((N,404,eic%(A+'f:doesnotexist')),'get_function_event_invoke_config',FunctionName='f',Qualifier='doesnotexist')
                    ex((N,404,"The function doesn't exist."),'update_function_event_invoke_config',FunctionName='doesnotexist',MaximumRetryAttempts=0)
                    ex((N,404,eic%(A+'f:al')),'update_function_event_invoke_config',FunctionName='f',Qualifier='al',MaximumRetryAttempts=0)
                    ex((N,404,'Function not found: '+A+'doesnotexist:$LATEST'),'put_function_concurrency',FunctionName='doesnotexist',ReservedConcurrentExecutions=1)
                    ex((I,400,'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.'),'put_function_concurrency',FunctionName=A+'f:1',ReservedConcurrentExecutions=1)
                    ex((N,404,'Function not found: '+A+'doesnotexist'),'get_function_concurrency',FunctionName='doesnotexist')
                    ex((N,404,'Function not found: '+A+'doesnotexist'),'delete_function',FunctionName='doesnotexist')
                    ex((N,404,'Function not found: '+A+'doesnotexist'),'delete_function',FunctionName='doesnotexist',Qualifier='1221')
                    ex(('OK',204,''),'delete_function',FunctionName='f',Qualifier='1221')
                    ex((N,404,'Function not found: '+A+'doesnotexist'),'get_function_code_signing_config',FunctionName='doesnotexist')
                    ex((I,400,'Layer Version Cannot be less than 1'),'get_layer_version',LayerName='x',VersionNumber=-1)
                    ex((I,400,'Layer Version Cannot be less than 1'),'delete_layer_version',LayerName='x',VersionNumber=0)
                    ex((N,404,nsr),'get_layer_version',LayerName='x',VersionNumber=2)
                    ex((N,404,nsr),'get_layer_version_by_arn',Arn=LAYERS+':layer:x:2')
                    ex(('OK',200,''),'list_layer_versions',LayerName='nolayer')
                    ex(('OK',204,''),'delete_layer_version',LayerName='nolayer',VersionNumber=1)
                    c.publish_layer_version(LayerName='lay',Content={'ZipFile':zip1})
                    ex((N,404,'No policy is associated with the given resource.'),'get_layer_version_policy',LayerName='lay',VersionNumber=1)
                    LP=dict(Action='lambda:GetLayerVersion',Principal='*')
                    ex(('OK',201,''),'add_layer_version_permission',LayerName='lay',VersionNumber=1,StatementId='s1',**LP)
                    ex((C,409,'The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.'),'add_layer_version_permission',LayerName='lay',VersionNumber=1,StatementId='s1',**LP)
                    ex(('PreconditionFailedException',412,'The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id'),'add_layer_version_permission',LayerName='lay',VersionNumber=1,StatementId='s2',RevisionId='wrong',**LP)
                    ex((N,404,'Layer version '+LAYERS+':layer:lay-doesnotexist:1 does not exist.'),'add_layer_version_permission',LayerName='lay-doesnotexist',VersionNumber=1,StatementId='s1',**LP)
                    ex((N,404,'Statement doesnotexist is not found in resource policy.'),'remove_layer_version_permission',LayerName='lay',VersionNumber=1,StatementId='doesnotexist')
                    ex((I,400,'Layers are not in the same region as the function. Layers are expected to be in region us-east-1.'),'create_function',FunctionName='q',Runtime='provided.al2023',Handler='h',Role=ROLE,Code={'ZipFile':zip1},Layers=['arn:aws:lambda:us-west-2:123456789012:layer:lay:1'])
                    ex((I,400,'Two different versions of the same layer are not allowed to be referenced in the same function. '+LAYERS+':layer:lay:1 and '+LAYERS+':layer:lay:1 are versions of the same layer.'),'create_function',FunctionName='q',Runtime='provided.al2023',Handler='h',Role=ROLE,Code={'ZipFile':zip1},Layers=[LAYERS+':layer:lay:1']*2)
                    ex((I,400,'Cannot reference more than 5 layers.'),'create_function',FunctionName='q',Runtime='provided.al2023',Handler='h',Role=ROLE,Code={'ZipFile':zip1},Layers=[LAYERS+':layer:lay:1']*6)
                    ex(('ProvisionedConcurrencyConfigNotFoundException',404,'No Provisioned Concurrency Config found for this function'),'get_provisioned_concurrency_config',FunctionName='f',Qualifier='1')
                    ex((N,404,'Cannot find alias arn: '+A+'doesnotexist:noalias'),'get_provisioned_concurrency_config',FunctionName='doesnotexist',Qualifier='noalias')
                    ex((N,404,'Function not found: '+A+'f:10'),'get_provisioned_concurrency_config',FunctionName='f',Qualifier='10')
                    ex((I,400,'The function resource provided must be an alias or a published version.'),'get_provisioned_concurrency_config',FunctionName='f',Qualifier='$LATEST')
                    ex((N,404,nsr),'get_event_source_mapping',UUID='00000000-0000-0000-0000-000000000000')
                    ex((I,400,'Unrecognized event source.'),'create_event_source_mapping',FunctionName='f')
                    ex((I,400,'Function does not exist'),'create_event_source_mapping',FunctionName='doesnotexist',EventSourceArn='arn:aws:sqs:us-east-1:123456789012:q')
                    ex((I,400,"1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null."),'create_event_source_mapping',FunctionName='f',EventSourceArn='arn:aws:kinesis:us-east-1:123456789012:stream/q')
                    ex((I,400,'Unsupported DestinationConfig parameter for given event source mapping type.'),'create_event_source_mapping',FunctionName='doesnotexist',EventSourceArn='arn:aws:sqs:us-east-1:123456789012:q',DestinationConfig={'OnSuccess':{'Destination':'arn:aws:sqs:us-east-1:123456789012:r'}})
                    table='arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2026-01-01T00:00:00.000'
                    ex((I,400,'Unsupported starting position for arn type: '+table),'create_event_source_mapping',FunctionName='f',EventSourceArn=table,StartingPosition='AT_TIMESTAMP',StartingPositionTimestamp=1741010802)
                    kinds='[nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2]'
                    ex((V,400,"2 validation errors detected: Value '[invalidruntime, invalidruntime2, nodejs20.x]' at 'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value set: "+kinds+"; Value '[invalidarch, x86_64]' at 'compatibleArchitectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"),'publish_layer_version',LayerName='lay',Content={'ZipFile':zip1},CompatibleRuntimes=['invalidruntime','invalidruntime2','nodejs20.x'],CompatibleArchitectures=['invalidarch','x86_64'])
                    ex(('RequestEntityTooLargeException',413,'Request must be smaller than 70167211 bytes for the CreateFunction operation'),'create_function',FunctionName='q',Runtime='provided.al2023',Handler='h',Role=ROLE,Description='x'*20000000,Code={'ZipFile':b'x'*52428700})
                    latest=c.get_function(FunctionName='f')['Configuration']['RevisionId']
                    assert c.publish_version(FunctionName='f',Description='again')['RevisionId']!=latest
                    assert c.get_function(FunctionName='f')['Configuration']['RevisionId']==latest, 'nothing was published'
                    c.update_function_configuration(FunctionName='f',Description='new'); c.get_waiter('function_updated_v2').wait(FunctionName='f')
                    c.add_permission(FunctionName='f',StatementId='s9',**P)
                    latest=c.get_function(FunctionName='f')['Configuration']['RevisionId']
                    assert c.get_policy(FunctionName='f')['RevisionId']==latest
                    c.publish_version(FunctionName='f')
                    assert c.get_function(FunctionName='f')['Configuration']['RevisionId']!=latest, 'a version is a change of $LATEST'
                    assert c.get_policy(FunctionName='f')['RevisionId']==latest, 'and none of the policy'
                    ex(('OK',204,''),'remove_permission',FunctionName='f',StatementId='s9',RevisionId=latest)
                    ex((N,404,'Function not found: '+A+'doesnotexist'),'list_tags',Resource=A+'doesnotexist')
                    ex((I,400,'An error occurred and the request cannot be processed.'),'tag_resource',Resource=A+'f',Tags={})
                    ex((I,400,'Number of tags exceeds resource tag limit.'),'tag_resource',Resource=A+'f',Tags={str(i):'x' for i in range(51)})
                    ex((N,404,'Function not found: '+A+'doesnotexist:1'),'create_alias',FunctionName='doesnotexist',Name='a',FunctionVersion='1')
                    ex((N,404,'Alias not found: '+A+'f:non-existent'),'update_alias',FunctionName='f',Name='non-existent',Description='d')
                    ex(('CodeSigningConfigNotFoundException',404,'The code signing configuration cannot be found. Check that the provided configuration is not deleted: arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0.'),'put_function_code_signing_config',FunctionName='f',CodeSigningConfigArn='arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0')
                    ex((N,404,'Function not found: '+A+'doesnotexist:$LATEST'),'invoke',FunctionName='doesnotexist')
                    ex(('RequestEntityTooLargeException',413,'Zipped size must be smaller than 52428800 bytes'),'create_function',FunctionName='q',Runtime='provided.al2023',Handler='h',Role=ROLE,Code={'ZipFile':b'x'*52428801})
                    ex((I,400,'Unzipped size must be smaller than 262144000 bytes'),'create_function',FunctionName='q',Runtime='provided.al2023',Handler='h',Role=ROLE,Code={'S3Bucket':'large','S3Key':'l.zip'})
                    assert not differences, '\n'.join(differences)
                    """#,
                    server
                )
            }
        }
    }
}
