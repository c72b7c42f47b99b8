/// Runtimes in several languages that speak to the Runtime API as the clients do that their users have.
///
/// But for the first they are written here, after what those clients send on the wire. Each answers with the event; an event `"error"` is
/// reported, `"crash"` ends the process, `"stream"` streams 8 MB, `"late"` fails in the middle of a stream.
enum RuntimePrograms {
    /// For AWS's own client, aws-lambda-cpp; the third argument of `failure` is its patch for awslambdaric.
    static let cpp = #"""
        #include <aws/lambda-runtime/runtime.h>
        #include <cstdlib>
        using namespace aws::lambda_runtime;

        int main() {
            run_handler([](invocation_request const& request) {
                if (request.payload == "\"crash\"") std::exit(3);
                if (request.payload == "\"error\"") return invocation_response::failure("no", "errorString", "{}");
                return invocation_response::success(request.payload, "application/json");
            });
        }
        """#

    /// `aws-lambda-go`: answers are always chunked and declare both error trailers; nothing says that it is a stream.
    static let go = #"""
        package main

        import (
            "bytes"
            "encoding/base64"
            "io"
            "net/http"
            "os"
            "strings"
        )

        var base = "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"

        type source struct {
            io.Reader
            end func()
        }

        func (s source) Read(b []byte) (int, error) {
            n, err := s.Reader.Read(b)
            if err == io.EOF && s.end != nil {
                s.end()
            }
            return n, err
        }

        func post(path string, body io.Reader, kind string, failure string) {
            request, err := http.NewRequest("POST", base+path, nil)
            if err != nil {
                panic(err)
            }
            request.Header.Set("Content-Type", kind)
            request.Header.Set("Lambda-Runtime-Function-Xray-Error-Cause", "{}")
            request.Trailer = http.Header{"Lambda-Runtime-Function-Error-Type": nil, "Lambda-Runtime-Function-Error-Body": nil}
            request.Body = io.NopCloser(source{body, func() {
                if failure != "" {
                    request.Trailer.Set("Lambda-Runtime-Function-Error-Type", "errorString")
                    request.Trailer.Set("Lambda-Runtime-Function-Error-Body", base64.StdEncoding.EncodeToString([]byte(failure)))
                }
            }})
            response, err := http.DefaultClient.Do(request)
            if err != nil || response.StatusCode != 202 {
                panic(err)
            }
            io.Copy(io.Discard, response.Body)
            response.Body.Close()
        }

        func main() {
            for {
                response, err := http.Get(base + "next")
                if err != nil {
                    panic(err)
                }
                event, _ := io.ReadAll(response.Body)
                response.Body.Close()
                id := response.Header.Get("Lambda-Runtime-Aws-Request-Id")
                switch string(event) {
                case `"error"`:
                    post(id+"/error", strings.NewReader(`{"errorMessage":"no","errorType":"errorString"}`), "application/json", "")
                case `"crash"`:
                    os.Exit(3)
                case `"stream"`:
                    post(id+"/response", io.LimitReader(endless{}, 8<<20), "application/octet-stream", "")
                case `"late"`:
                    post(id+"/response", strings.NewReader("begun"), "application/octet-stream", `{"errorMessage":"late"}`)
                default:
                    post(id+"/response", bytes.NewReader(event), "application/json", "")
                }
            }
        }

        type endless struct{}

        func (endless) Read(b []byte) (int, error) {
            for i := range b {
                b[i] = 'x'
            }
            return len(b), nil
        }
        """#

    /// The streaming half of `aws-lambda-nodejs`: one kept connection, trailers at the end.
    static let node = #"""
        #!/usr/bin/env node
        const http = require('http')
        const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
        const path = '/2018-06-01/runtime/invocation/'
        function call(method, rest, headers, write) {
            return new Promise((resolve, reject) => {
                const request = http.request({ host, port, agent, method, path: path + rest, headers }, response => {
                    const parts = []
                    response.on('data', part => parts.push(part))
                    response.on('end', () => resolve([response, Buffer.concat(parts)]))
                })
                request.on('error', reject)
                write(request)
            })
        }
        async function main() {
            for (;;) {
                const [response, event] = await call('GET', 'next', {}, r => r.end())
                const id = response.headers['lambda-runtime-aws-request-id']
                const stream = {
                    'Content-Type': 'application/octet-stream', 'Lambda-Runtime-Function-Response-Mode': 'streaming',
                    'Trailer': 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
                    'Transfer-Encoding': 'chunked' }
                switch (event.toString()) {
                case '"error"':
                    await call('POST', id + '/error', { 'Lambda-Runtime-Function-Error-Type': 'Error' },
                        r => r.end('{"errorType":"Error","errorMessage":"no","trace":[]}'))
                    break
                case '"crash"': process.exit(3)
                case '"stream"':
                    await call('POST', id + '/response', stream, async r => {
                        for (let i = 0; i < 128; i++)
                            if (!r.write(Buffer.alloc(65536, 'x'))) await new Promise(go => r.once('drain', go))
                        r.end()
                    })
                    break
                case '"late"':
                    await call('POST', id + '/response', stream, r => {
                        r.write('begun')
                        r.addTrailers({ 'Lambda-Runtime-Function-Error-Type': 'errorString',
                            'Lambda-Runtime-Function-Error-Body': Buffer.from('{"errorMessage":"late"}').toString('base64') })
                        r.end()
                    })
                    break
                default: await call('POST', id + '/response', { 'Content-Type': 'application/json' }, r => r.end(event))
                }
            }
        }
        main()
        """#

    /// `aws-lambda-ruby`: a connection for each call.
    static let ruby = #"""
        #!/usr/bin/env ruby
        require 'net/http'
        BASE = "http://#{ENV['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation/"
        def post(path, body, headers)
          Net::HTTP.post(URI(BASE + path), body, headers)
        end
        loop do
          uri = URI(BASE + 'next')
          http = Net::HTTP.new(uri.host, uri.port)
          http.read_timeout = 1_000_000
          response = http.start { |h| h.get(uri.path) }
          id = response['Lambda-Runtime-Aws-Request-Id']
          case response.body
          when '"error"'
            post("#{id}/error", '{"errorMessage":"no","errorType":"Function<StandardError>","stackTrace":[]}',
                 'Lambda-Runtime-Function-Error-Type' => 'Function<StandardError>')
          when '"crash"' then exit!(3)
          else post("#{id}/response", response.body, 'Content-Type' => 'application/json')
          end
        end
        """#

    /// Perl's AWS::Lambda: HTTP::Tiny, with streams by a callback and trailers.
    static let perl = #"""
        #!/usr/bin/env perl
        use strict; use warnings; use HTTP::Tiny; use MIME::Base64;
        my $base = "http://$ENV{AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/";
        my $http = HTTP::Tiny->new(timeout => 365*24*60*60);
        while (1) {
            my $next = $http->get($base . 'next');
            die "next: $next->{status}" unless $next->{success};
            my ($id, $event) = ($next->{headers}{'lambda-runtime-aws-request-id'}, $next->{content});
            my $post = sub { my ($path, $headers, $content, %more) = @_;
                my $answer = $http->post("$base$id/$path", { headers => $headers, content => $content, %more });
                die "$path: $answer->{status}" unless $answer->{success}; };
            if ($event eq '"error"') { $post->('error', {}, '{"errorMessage":"no","errorType":"error"}') }
            elsif ($event eq '"crash"') { exit 3 }
            elsif ($event eq '"stream"') { my $left = 128;
                $post->('response', { 'lambda-runtime-function-response-mode' => 'streaming', 'content-type' => 'application/octet-stream' },
                    sub { $left-- > 0 ? 'x' x 65536 : undef }) }
            elsif ($event eq '"late"') { my @parts = ('begun');
                $post->('response', { 'lambda-runtime-function-response-mode' => 'streaming',
                        'trailer' => 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body' },
                    sub { shift @parts }, trailer_callback => sub { {
                        'Lambda-Runtime-Function-Error-Type' => 'errorString',
                        'Lambda-Runtime-Function-Error-Body' => encode_base64('{"errorMessage":"late"}', '') } }) }
            else { $post->('response', { 'content-type' => 'application/json' }, $event) }
        }
        """#

    /// The bootstrap of AWS's tutorial for custom runtimes, in its shape: curl, a file of headers, grep and cut.
    static let bash = #"""
        #!/bin/bash
        set -euo pipefail
        base="http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation"
        while true; do
            headers="$(mktemp)"
            event=$(curl -sS -LD "$headers" "$base/next")
            id=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$headers" | tr -d '[:space:]' | cut -d: -f2)
            rm -f "$headers"
            case $event in
            '"error"') curl -sS -o /dev/null "$base/$id/error" -d '{"errorMessage":"no","errorType":"E"}' \
                --header "Lambda-Runtime-Function-Error-Type: Unhandled" ;;
            '"crash"') exit 3 ;;
            *) curl -sS -o /dev/null "$base/$id/response" -d "$event" ;;
            esac
        done
        """#
}
