/// The little of AWS that a deployment sees, for an `aws` that answers at once and remembers.
///
/// What it refuses, it refuses in AWS's words. It checks nothing that the deployer checks itself.
enum FakeAWSModel {
    static let python = #"""
        import base64, hashlib, json

        ACCOUNT, REGION = '123456789012', 'us-east-1'

        class Refused(Exception):
            pass

        def no(code, message='not found'):
            raise Refused(code, message)

        def sha(words, option='--zip-file'):
            path = words[words.index(option) + 1].replace('fileb://', '', 1)
            with open(path, 'rb') as file:
                return base64.b64encode(hashlib.sha256(file.read()).digest()).decode()

        def arn(service, name):
            return 'arn:aws:%s:%s:%s:%s' % (service, '' if service == 'iam' else REGION, ACCOUNT, name)

        class Model:
            def __init__(self, state):
                self.all = state

            def group(self, name):
                return self.all.setdefault(name, {})

            # IAM

            def role(self, r):
                return self.group('roles').get(r['RoleName']) or no('NoSuchEntity')

            def iam_create_role(self, r, words):
                if r['RoleName'] in self.group('roles'): no('EntityAlreadyExists', 'it exists')
                self.group('roles')[r['RoleName']] = {'attached': [], 'inline': {}, 'Role': {
                    'Arn': arn('iam', 'role/' + r['RoleName']), 'Tags': r['Tags'],
                    'AssumeRolePolicyDocument': json.loads(r['AssumeRolePolicyDocument'])}}
                return self.iam_get_role(r, words)

            def iam_get_role(self, r, words):
                return {'Role': self.role(r)['Role']}

            def iam_attach_role_policy(self, r, words):
                if r['PolicyArn'] not in self.role(r)['attached']: self.role(r)['attached'].append(r['PolicyArn'])

            def iam_list_attached_role_policies(self, r, words):
                return {'AttachedPolicies': [{'PolicyArn': a} for a in self.role(r)['attached']]}

            def iam_put_role_policy(self, r, words):
                self.role(r)['inline'][r['PolicyName']] = json.loads(r['PolicyDocument'])

            def iam_get_role_policy(self, r, words):
                found = self.role(r)['inline'].get(r['PolicyName']) or no('NoSuchEntity')
                return {'PolicyDocument': found}

            def iam_list_role_policies(self, r, words):
                return {'PolicyNames': list(self.role(r)['inline'])}

            def iam_detach_role_policy(self, r, words):
                self.role(r)['attached'].remove(r['PolicyArn'])

            def iam_delete_role_policy(self, r, words):
                if not self.role(r)['inline'].pop(r['PolicyName'], None): no('NoSuchEntity')

            def iam_delete_role(self, r, words):
                role = self.role(r)
                if role['attached'] or role['inline']: no('DeleteConflict', 'must detach all policies first')
                del self.group('roles')[r['RoleName']]

            def sts_get_caller_identity(self, r, words):
                return {'Account': ACCOUNT, 'Arn': 'arn:aws:iam::%s:user/u' % ACCOUNT}

            # Logs

            def logs_create_log_group(self, r, words):
                if r['logGroupName'] in self.group('logs'): no('ResourceAlreadyExistsException', 'it exists')
                self.group('logs')[r['logGroupName']] = {'logGroupName': r['logGroupName']}

            def logs_put_retention_policy(self, r, words):
                self.group('logs')[r['logGroupName']]['retentionInDays'] = r['retentionInDays']

            def logs_describe_log_groups(self, r, words):
                return {'logGroups': [g for n, g in self.group('logs').items() if n.startswith(r['logGroupNamePrefix'])]}

            def logs_delete_log_group(self, r, words):
                self.group('logs').pop(r['logGroupName'], None) or no('ResourceNotFoundException')

            # Functions

            def function(self, r):
                name, _, qualifier = r['FunctionName'].partition(':')
                return self.group('functions').get(name) or no('ResourceNotFoundException', 'Function not found: ' + name)

            def lambda_create_function(self, r, words):
                name = r['FunctionName']
                if name in self.group('functions'): no('ResourceConflictException', 'Function already exist: ' + name)
                if r['Role'].split('/')[-1] not in self.group('roles'):
                    no('InvalidParameterValueException', 'The role defined for the function cannot be assumed by Lambda.')
                tags, publishes = r.pop('Tags', {}), r.pop('Publish', False)
                sum = sha(words) if '--zip-file' in words else base64.b64encode(b'object').decode()
                config = dict(r, FunctionArn=arn('lambda', 'function:' + name), CodeSha256=sum, State='Active',
                    LastUpdateStatus='Successful', PackageType='Zip', Version='$LATEST')
                config.pop('Code', None)
                self.group('functions')[name] = {'config': config, 'tags': tags, 'versions': [], 'aliases': {},
                    'statements': {}, 'urls': {}}
                return self.lambda_publish_version(r, words) if publishes else config

            def lambda_get_function(self, r, words):
                function = self.function(r)
                return {'Configuration': function['config'], 'Tags': function['tags'], 'Concurrency': function.get('limit', {})}

            def lambda_get_function_configuration(self, r, words):
                function = self.function(r)
                qualifier = r.get('Qualifier', '$LATEST')
                if qualifier == '$LATEST': return function['config']
                alias = function['aliases'].get(qualifier)
                number = alias['FunctionVersion'] if alias else qualifier
                for version in function['versions']:
                    if version['Version'] == number: return version
                no('ResourceNotFoundException')

            def lambda_update_function_configuration(self, r, words):
                self.function(r)['config'].update(r)
                return self.function(r)['config']

            def lambda_update_function_code(self, r, words):
                config = self.function(r)['config']
                if '--zip-file' in words: config['CodeSha256'] = sha(words)
                if 'Architectures' in r: config['Architectures'] = r['Architectures']
                return config

            def lambda_publish_version(self, r, words):
                function = self.function(r)
                now = dict(function['config'], Version='')
                if not function['versions'] or dict(function['versions'][-1], Version='') != now:
                    function['versions'].append(dict(now, Version=str(len(function['versions']) + 1)))
                return function['versions'][-1]

            def lambda_list_versions_by_function(self, r, words):
                return {'Versions': self.function(r)['versions']}

            def lambda_delete_function(self, r, words):
                function = self.function(r)
                if 'Qualifier' not in r: del self.group('functions')[r['FunctionName']]
                function['versions'] = [v for v in function['versions'] if v['Version'] != r.get('Qualifier')]

            def lambda_create_alias(self, r, words):
                aliases = self.function(r)['aliases']
                if r['Name'] in aliases: no('ResourceConflictException', 'Alias already exists: ' + r['Name'])
                aliases[r['Name']] = dict(r, RoutingConfig={})
                return aliases[r['Name']]

            def lambda_update_alias(self, r, words):
                alias = self.function(r)['aliases'].get(r['Name']) or no('ResourceNotFoundException')
                alias.update(r)
                return alias

            def lambda_get_alias(self, r, words):
                return self.function(r)['aliases'].get(r['Name']) or no('ResourceNotFoundException')

            def lambda_list_aliases(self, r, words):
                return {'Aliases': list(self.function(r)['aliases'].values())}

            def lambda_add_permission(self, r, words):
                statements = self.function(r)['statements'].setdefault(r.get('Qualifier', ''), {})
                if r['StatementId'] in statements:
                    no('ResourceConflictException', 'The statement id (%s) provided already exists.' % r['StatementId'])
                principal = r['Principal'] if r['Principal'] == '*' else {'Service': r['Principal']}
                conditions = {}
                if 'FunctionUrlAuthType' in r:
                    conditions['StringEquals'] = {'lambda:FunctionUrlAuthType': r['FunctionUrlAuthType']}
                if 'InvokedViaFunctionUrl' in r: conditions['Bool'] = {'lambda:InvokedViaFunctionUrl': 'true'}
                if 'SourceArn' in r: conditions['ArnLike'] = {'AWS:SourceArn': r['SourceArn']}
                statements[r['StatementId']] = {'Sid': r['StatementId'], 'Effect': 'Allow', 'Principal': principal,
                    'Action': r['Action'], 'Condition': conditions}

            def lambda_remove_permission(self, r, words):
                statements = self.function(r)['statements'].get(r.get('Qualifier', ''), {})
                if not statements.pop(r['StatementId'], None): no('ResourceNotFoundException')

            def lambda_get_policy(self, r, words):
                statements = self.function(r)['statements'].get(r.get('Qualifier', '')) or no('ResourceNotFoundException')
                return {'Policy': json.dumps({'Statement': list(statements.values())})}

            def lambda_create_function_url_config(self, r, words):
                urls, place = self.function(r)['urls'], r.get('Qualifier', '')
                if place in urls:
                    no('ResourceConflictException', 'FunctionUrlConfig exists for this Lambda function')
                urls[place] = dict(r, FunctionUrl='https://x.lambda-url.us-east-1.on.aws/')
                return urls[place]

            def lambda_get_function_url_config(self, r, words):
                return self.function(r)['urls'].get(r.get('Qualifier', '')) or no('ResourceNotFoundException')

            def lambda_update_function_url_config(self, r, words):
                self.function(r)['urls'][r.get('Qualifier', '')].update(r)
                return self.function(r)['urls'][r.get('Qualifier', '')]

            def lambda_delete_function_url_config(self, r, words):
                if not self.function(r)['urls'].pop(r.get('Qualifier', ''), None): no('ResourceNotFoundException')

            def lambda_put_function_concurrency(self, r, words):
                self.function(r)['limit'] = {'ReservedConcurrentExecutions': r['ReservedConcurrentExecutions']}

            def lambda_tag_resource(self, r, words):
                self.group('functions')[r['Resource'].split(':')[-1]]['tags'].update(r['Tags'])

            def lambda_put_function_event_invoke_config(self, r, words):
                self.function(r)['asynchronous'] = r

            def lambda_get_function_event_invoke_config(self, r, words):
                return self.function(r).get('asynchronous') or no('ResourceNotFoundException')

            def lambda_invoke(self, r, words):
                with open(words[-1], 'w') as file: file.write('{}')
                return {'StatusCode': 200}

            def lambda_create_event_source_mapping(self, r, words):
                for mapping in self.group('mappings').values():
                    if mapping['EventSourceArn'] == r['EventSourceArn']:
                        no('ResourceConflictException', 'An event source mapping already exists. UUID ' + mapping['UUID'])
                uuid = 'u%d' % len(self.group('mappings'))
                self.group('mappings')[uuid] = dict(r, UUID=uuid, State='Enabled')
                return self.group('mappings')[uuid]

            def lambda_update_event_source_mapping(self, r, words):
                self.group('mappings')[r['UUID']].update(r)
                return self.group('mappings')[r['UUID']]

            def lambda_delete_event_source_mapping(self, r, words):
                self.group('mappings').pop(r['UUID'], None) or no('ResourceNotFoundException')

            def lambda_get_event_source_mapping(self, r, words):
                return self.group('mappings').get(r['UUID']) or no('ResourceNotFoundException')

            def lambda_list_event_source_mappings(self, r, words):
                return {'EventSourceMappings': [m for m in self.group('mappings').values()
                    if m['FunctionName'] == r['FunctionName']]}

            # Layers

            def lambda_publish_layer_version(self, r, words):
                versions = self.all.setdefault('layers', {}).setdefault(r['LayerName'], [])
                versions.append({'Version': len(versions) + 1, 'Content': {'CodeSha256': sha(words)},
                    'LayerVersionArn': arn('lambda', 'layer:%s:%d' % (r['LayerName'], len(versions) + 1))})
                return versions[-1]

            def lambda_list_layer_versions(self, r, words):
                return {'LayerVersions': self.group('layers').get(r['LayerName'], [])[::-1]}

            def lambda_get_layer_version(self, r, words):
                return self.group('layers')[r['LayerName']][r['VersionNumber'] - 1]

            # What leads to functions

            def apigatewayv2_create_api(self, r, words):
                name = 'a%d' % len(self.group('apis'))
                self.group('apis')[name] = dict(r, ApiId=name, ApiEndpoint='https://%s.execute-api' % name)
                return self.group('apis')[name]

            def apigatewayv2_get_apis(self, r, words):
                return {'Items': list(self.group('apis').values())}

            def apigatewayv2_get_integrations(self, r, words):
                return {'Items': [{'IntegrationUri': self.group('apis')[r['ApiId']]['Target']}]}

            def apigatewayv2_delete_api(self, r, words):
                self.group('apis').pop(r['ApiId'], None) or no('NotFoundException')

            def scheduler_create_schedule(self, r, words):
                if r['Name'] in self.group('schedules'): no('ConflictException', 'Schedule already exists')
                self.group('schedules')[r['Name']] = r

            def scheduler_update_schedule(self, r, words):
                self.group('schedules')[r['Name']] = r

            def scheduler_get_schedule(self, r, words):
                return self.group('schedules').get(r['Name']) or no('ResourceNotFoundException')

            def scheduler_list_schedules(self, r, words):
                return {'Schedules': [s for n, s in self.group('schedules').items() if n.startswith(r['NamePrefix'])]}

            def scheduler_delete_schedule(self, r, words):
                self.group('schedules').pop(r['Name'], None) or no('ResourceNotFoundException')

            # Buckets

            def s3api_get_bucket_notification_configuration(self, r, words):
                return self.group('notifications').get(r['Bucket'])

            def s3api_put_bucket_notification_configuration(self, r, words):
                self.group('notifications')[r['Bucket']] = r['NotificationConfiguration']

            def s3api_head_bucket(self, r, words):
                if r['Bucket'] not in self.group('buckets'): no('404', 'Not Found')

            def s3api_create_bucket(self, r, words):
                if r['Bucket'] in self.group('buckets'): no('BucketAlreadyOwnedByYou', 'it is yours')
                self.group('buckets')[r['Bucket']] = {}

            def s3api_put_public_access_block(self, r, words):
                pass

            def s3api_head_object(self, r, words):
                found = self.group('buckets').get(r['Bucket'], {}).get(r['Key']) or no('404', 'Not Found')
                return {'ChecksumSHA256': found}

            def s3api_put_object(self, r, words):
                self.group('buckets')[r['Bucket']][r['Key']] = sha(words, '--body')

            def cloudwatch_get_metric_statistics(self, r, words):
                return {'Datapoints': []}

        """#
}
