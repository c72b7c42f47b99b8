/// Sample events, as `shim-sim event` prints them.
package enum SampleEvents {
    /// One of them.
    package struct Sample: Sendable {
        /// What it is asked for by.
        package let name: String
        /// What sends it.
        package let summary: String
        /// The event.
        package let json: String
    }

    /// All of them, in the order in which they are listed.
    package static let all: [Sample] = [
        Sample(name: "apigateway-v2", summary: "API Gateway HTTP API, payload 2.0", json: apiGateway),
        Sample(name: "function-url", summary: "function URL", json: functionURL),
        Sample(name: "alb", summary: "Application Load Balancer", json: loadBalancer),
        Sample(name: "s3", summary: "S3, an object was created", json: bucket),
        Sample(name: "sqs", summary: "SQS, two messages", json: queue),
        Sample(name: "sns", summary: "SNS, a notification", json: topic),
        Sample(name: "eventbridge", summary: "EventBridge, a custom event", json: bus),
        Sample(name: "dynamodb", summary: "DynamoDB stream, an item was changed", json: table),
        Sample(name: "kinesis", summary: "Kinesis data stream, a record", json: stream),
        Sample(name: "scheduled", summary: "EventBridge schedule", json: schedule),
    ]

    /// The sample of a name.
    package static func named(_ name: String) throws(SimError) -> Sample {
        guard let sample = all.first(where: { $0.name == name }) else { throw .noSuchEvent(name) }
        return sample
    }

    private static let apiGateway = #"""
        {
          "version": "2.0",
          "routeKey": "POST /orders/{id}",
          "rawPath": "/orders/42",
          "rawQueryString": "color=blue&size=1&size=2",
          "cookies": ["session=abc", "theme=dark"],
          "headers": {
            "content-type": "application/json",
            "host": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
            "user-agent": "curl/8.5.0",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https"
          },
          "queryStringParameters": { "color": "blue", "size": "1,2" },
          "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "a1b2c3d4e5",
            "http": {
              "method": "POST",
              "path": "/orders/42",
              "protocol": "HTTP/1.1",
              "sourceIp": "192.0.2.1",
              "userAgent": "curl/8.5.0"
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "POST /orders/{id}",
            "stage": "$default",
            "time": "09/Aug/2026:12:34:56 +0000",
            "timeEpoch": 1786278896789
          },
          "pathParameters": { "id": "42" },
          "body": "{\"quantity\":3}",
          "isBase64Encoded": false
        }
        """#

    private static let functionURL = #"""
        {
          "version": "2.0",
          "routeKey": "$default",
          "rawPath": "/hello",
          "rawQueryString": "name=world",
          "headers": {
            "accept": "*/*",
            "host": "abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws",
            "user-agent": "curl/8.5.0",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https"
          },
          "queryStringParameters": { "name": "world" },
          "requestContext": {
            "accountId": "anonymous",
            "apiId": "abcdefghijklmnopqrstuvwxyz012345",
            "domainName": "abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws",
            "domainPrefix": "abcdefghijklmnopqrstuvwxyz012345",
            "http": {
              "method": "GET",
              "path": "/hello",
              "protocol": "HTTP/1.1",
              "sourceIp": "192.0.2.1",
              "userAgent": "curl/8.5.0"
            },
            "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
            "routeKey": "$default",
            "stage": "$default",
            "time": "09/Aug/2026:12:34:56 +0000",
            "timeEpoch": 1786278896789
          },
          "isBase64Encoded": false
        }
        """#

    private static let loadBalancer = #"""
        {
          "requestContext": {
            "elb": {
              "targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/lambda/49e9d65c45c6791a"
            }
          },
          "httpMethod": "GET",
          "path": "/lambda",
          "queryStringParameters": { "query": "1234ABCD" },
          "headers": {
            "accept": "text/html,application/xhtml+xml",
            "host": "lambda-alb-123578498.us-east-1.elb.amazonaws.com",
            "user-agent": "Mozilla/5.0",
            "x-amzn-trace-id": "Root=1-5c536348-3d683b8b04734faae651f476",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "80",
            "x-forwarded-proto": "http"
          },
          "body": "",
          "isBase64Encoded": false
        }
        """#

    private static let bucket = #"""
        {
          "Records": [
            {
              "eventVersion": "2.1",
              "eventSource": "aws:s3",
              "awsRegion": "us-east-1",
              "eventTime": "2026-08-09T12:34:56.789Z",
              "eventName": "ObjectCreated:Put",
              "userIdentity": { "principalId": "AWS:AIDAEXAMPLE" },
              "requestParameters": { "sourceIPAddress": "192.0.2.1" },
              "responseElements": {
                "x-amz-request-id": "D82B88E5F771F645",
                "x-amz-id-2": "vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6qMa0emYBDXOo6QBU0Wo="
              },
              "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "828aa6fc-f7b5-4305-8584-487c791949c1",
                "bucket": {
                  "name": "amzn-s3-demo-bucket",
                  "ownerIdentity": { "principalId": "A3I5XTEXAMAI3E" },
                  "arn": "arn:aws:s3:::amzn-s3-demo-bucket"
                },
                "object": {
                  "key": "images/red+flower.jpg",
                  "size": 1305107,
                  "eTag": "b21b84d653bb07b05b1e6b33684dc11b",
                  "sequencer": "0C0F6F405D6ED209E1"
                }
              }
            }
          ]
        }
        """#

    private static let queue = #"""
        {
          "Records": [
            {
              "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
              "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
              "body": "Test message.",
              "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1786278896789",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1786278896799"
              },
              "messageAttributes": {},
              "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
              "eventSource": "aws:sqs",
              "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:my-queue",
              "awsRegion": "us-east-1"
            },
            {
              "messageId": "2e1424d4-f796-459a-8184-9c92662be6da",
              "receiptHandle": "AQEBzWwaftRI0KuVm4tP+/7q1rGgNqicHq",
              "body": "Test message.",
              "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1786278896889",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1786278896899"
              },
              "messageAttributes": {},
              "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
              "eventSource": "aws:sqs",
              "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:my-queue",
              "awsRegion": "us-east-1"
            }
          ]
        }
        """#

    private static let topic = #"""
        {
          "Records": [
            {
              "EventVersion": "1.0",
              "EventSubscriptionArn": "arn:aws:sns:us-east-1:123456789012:sns-lambda:21be56ed-a058-49f5-8c98-aedd2564c486",
              "EventSource": "aws:sns",
              "Sns": {
                "SignatureVersion": "1",
                "Timestamp": "2026-08-09T12:34:56.789Z",
                "Signature": "EXAMPLE",
                "SigningCertUrl": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-example.pem",
                "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                "Message": "Hello from SNS!",
                "MessageAttributes": { "Test": { "Type": "String", "Value": "TestString" } },
                "Type": "Notification",
                "UnsubscribeUrl": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
                "TopicArn": "arn:aws:sns:us-east-1:123456789012:sns-lambda",
                "Subject": "TestInvoke"
              }
            }
          ]
        }
        """#

    private static let bus = #"""
        {
          "version": "0",
          "id": "fe8d3c65-xmpl-c5c3-2c87-81584709a377",
          "detail-type": "OrderPlaced",
          "source": "com.example.orders",
          "account": "123456789012",
          "time": "2026-08-09T12:34:56Z",
          "region": "us-east-1",
          "resources": [],
          "detail": { "orderId": "42", "total": 12.5 }
        }
        """#

    private static let table = #"""
        {
          "Records": [
            {
              "eventID": "c4ca4238a0b923820dcc509a6f75849b",
              "eventName": "MODIFY",
              "eventVersion": "1.1",
              "eventSource": "aws:dynamodb",
              "awsRegion": "us-east-1",
              "dynamodb": {
                "ApproximateCreationDateTime": 1786278896,
                "Keys": { "Id": { "N": "101" } },
                "NewImage": { "Id": { "N": "101" }, "Message": { "S": "This item has changed" } },
                "OldImage": { "Id": { "N": "101" }, "Message": { "S": "New item!" } },
                "SequenceNumber": "4421584500000000017450439092",
                "SizeBytes": 59,
                "StreamViewType": "NEW_AND_OLD_IMAGES"
              },
              "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/Example/stream/2026-08-09T00:00:00.000"
            }
          ]
        }
        """#

    private static let stream = #"""
        {
          "Records": [
            {
              "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "1",
                "sequenceNumber": "49590338271490256608559692538361571095921575989136588898",
                "data": "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
                "approximateArrivalTimestamp": 1786278896.789
              },
              "eventSource": "aws:kinesis",
              "eventVersion": "1.0",
              "eventID": "shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
              "eventName": "aws:kinesis:record",
              "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
              "awsRegion": "us-east-1",
              "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/lambda-stream"
            }
          ]
        }
        """#

    private static let schedule = #"""
        {
          "version": "0",
          "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
          "detail-type": "Scheduled Event",
          "source": "aws.events",
          "account": "123456789012",
          "time": "2026-08-09T12:34:56Z",
          "region": "us-east-1",
          "resources": ["arn:aws:events:us-east-1:123456789012:rule/my-scheduled-rule"],
          "detail": {}
        }
        """#
}
