import Foundation
import Testing

/// `AWS_LAMBDA_EXEC_WRAPPER`, which Lambda's own runtimes run and its OS-only ones pass on (AWS's developer guide, "Modifying
/// the runtime environment").
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ControlWrapperTests {
    @Test(arguments: [[], ["--isolate-if-possible", "--root", "host"]])
    func onlyOwnRuntimesRunTheWrapper(options: [String]) async throws {
        try await SimTool.withFolder { folder in
            try await SimServer.with(options, in: folder) { server in
                try await ControlPlaneTests.run(
                    #"""
                    files = {'bootstrap': zipfile.ZipFile(io.BytesIO(code('here'))).read('bootstrap')
                            .replace(b'headers.', b'/tmp/headers.'),
                        'wrapper': '#!/bin/sh\nNAME="wrapped ${1##*/} $#" exec "$@"\n'}
                    wrapped = {'Environment': {'Variables': {'AWS_LAMBDA_EXEC_WRAPPER': '/var/task/wrapper'}}}
                    create('own', package(files), Runtime='python3.12', **wrapped)
                    assert call('own')[0][2:] == ['wrapped', 'bootstrap', '1'], call('own')
                    create('provided', package(files), **wrapped)
                    assert call('provided')[0][2:] == []
                    layer = client.publish_layer_version(LayerName='l', Content={'ZipFile': package({'wrapper': files['wrapper']})})
                    client.update_function_configuration(FunctionName='own', Layers=[layer['LayerVersionArn']],
                        Environment={'Variables': {'AWS_LAMBDA_EXEC_WRAPPER': '/opt/wrapper'}})
                    updated('own')
                    assert call('own')[0][2] == 'wrapped'
                    client.update_function_configuration(FunctionName='own',
                        Environment={'Variables': {'AWS_LAMBDA_EXEC_WRAPPER': '/opt/none'}})
                    updated('own')
                    answer = invoke('own')
                    assert json.loads(answer['Payload'])['errorMessage'].endswith('Error: Runtime exited with error: exit status 127'), answer
                    """#,
                    server
                )
            }
        }
    }
}
