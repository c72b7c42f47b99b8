import LambdaWire
import Platform
import ToolKit

/// An object of a bucket: a file of a folder that plays the bucket, or what the `aws` command line gets from an S3 endpoint.
final class ObjectFetch {
    private let bucket: String
    private let key: String
    private let version: String?
    private let options: ControlPlane.Options
    private let context: SimulatorContext
    private var process: RuntimeProcess?
    private var folder: String?

    init(
        bucket: String,
        key: String,
        version: String?,
        _ options: ControlPlane.Options,
        _ context: SimulatorContext
    ) {
        self.bucket = bucket
        self.key = key
        self.version = version
        self.options = options
        self.context = context
    }

    deinit { if let folder { context.workspace.remove(folder) } }

    /// Gets it; `done` may be called at once.
    func start(_ done: @escaping (Result<[UInt8], ControlError>) -> Void) {
        if let folder = options.buckets[bucket] { return done(readFile(folder)) }
        guard let environment = options.s3Environment, let aws = try? Toolbox.path(of: Tool("aws", package: "awscli"))
        else {
            return done(.failure(Self.refusal("NoSuchBucket", "The specified bucket does not exist")))
        }
        download(aws, environment, done)
    }

    private func readFile(_ folder: String) -> Result<[UInt8], ControlError> {
        let missing = Self.refusal("NoSuchKey", "The specified key does not exist.")
        guard !key.split(separator: "/").contains("..") else { return .failure(missing) }
        do throws(SystemError) {
            return try Self.read(folder + "/" + key)
        } catch {
            return .failure(missing)
        }
    }

    /// Reads what is not larger than it may be once unpacked.
    private static func read(_ path: String) throws(SystemError) -> Result<[UInt8], ControlError> {
        let bytes = try Files.read(path, atMost: LambdaLimit.unpackedCode + 1)
        return bytes.count > LambdaLimit.unpackedCode ? .failure(.unpackedCodeTooLarge) : .success(bytes)
    }

    private func download(
        _ aws: String,
        _ environment: [String: String],
        _ done: @escaping (Result<[UInt8], ControlError>) -> Void
    ) {
        do throws(SimError) {
            let folder = try context.workspace.makeFolder("object")
            self.folder = folder
            let file = folder + "/object"
            var words = ["aws", "s3api", "get-object", "--bucket", bucket, "--key", key]
            if let version { words += ["--version-id", version] }
            let tail = OutputTail()
            let child = ChildSpec(
                executable: aws,
                arguments: words + [file],
                environment: environment.merging(["AWS_PAGER": "", "LC_ALL": "C.UTF-8"]) { $1 },
                directory: "/"
            )
            do throws(SystemError) {
                process = try RuntimeProcess(child, loop: context.loop, output: { tail.add($0) }) { end in
                    guard end == .exited(status: 0) else { return done(.failure(Self.translate(tail.lastLine ?? ""))) }
                    do throws(SystemError) {
                        done(try Self.read(file))
                    } catch {
                        done(.failure(.service("cannot read the object: \(error)")))
                    }
                }
            } catch {
                done(.failure(.service("cannot start \(aws): \(error)")))
            }
        } catch {
            done(.failure(.service("\(error)")))
        }
    }

    // `An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist.`
    private static func translate(_ line: String) -> ControlError {
        guard let open = line.firstIndex(of: "("), let close = line[open...].firstIndex(of: ")"),
            let colon = line[close...].range(of: ": ")
        else { return refusal("Unknown", line) }
        return refusal(String(line[line.index(after: open)..<close]), String(line[colon.upperBound...]))
    }

    private static func refusal(_ code: String, _ message: String) -> ControlError {
        .invalid("Error occurred while GetObject. S3 Error Code: \(code). S3 Error Message: \(message)")
    }
}
