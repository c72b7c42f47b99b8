import Foundation
import Testing

/// Images: into a real registry by the real `skopeo`, and what Lambda would refuse.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct DeployImageTests {
    /// Makes an OCI archive; the words change what is in it.
    private static let maker = """
        import gzip, hashlib, io, json, os, sys, tarfile
        out, words = sys.argv[1], sys.argv[2:]
        blobs = {}
        def add(data):
            digest = hashlib.sha256(data).hexdigest()
            blobs[digest] = data
            return {"digest": "sha256:" + digest, "size": len(data)}
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            if "orphan" not in words:
                folder = tarfile.TarInfo("app"); folder.type = tarfile.DIRTYPE; folder.mode = 0o755
                tar.addfile(folder)
            file = tarfile.TarInfo("app/bootstrap"); file.size = 2; file.mode = 0o755
            tar.addfile(file, io.BytesIO(b"hi"))
        layer = add(gzip.compress(raw.getvalue(), mtime=0))
        kind = "tar+zstd" if "zstd" in words else "tar+gzip"
        layer["mediaType"] = "application/vnd.oci.image.layer.v1." + kind
        # What some builders put on top of docker's images.
        if "plain" in words: layer["mediaType"] = "application/vnd.docker.image.rootfs.diff.tar"
        if "damaged" in words: blobs[layer["digest"].split(":")[1]] = gzip.compress(b"x" * 512, mtime=0)
        machine = "riscv64" if "riscv" in words else "amd64"
        config = add(json.dumps({"architecture": machine, "os": "linux", "config": {}, "rootfs": {"type": "layers",
            "diff_ids": ["sha256:" + hashlib.sha256(raw.getvalue()).hexdigest()]}}).encode())
        config["mediaType"] = "application/vnd.oci.image.config.v1+json"
        manifest = add(json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config, "layers": [layer]}).encode())
        manifest["mediaType"] = "application/vnd.oci.image.manifest.v1+json"
        manifests = [manifest, manifest] if "attested" in words else [manifest]
        with tarfile.open(out, "w", format=tarfile.USTAR_FORMAT) as tar:
            def put(name, data):
                info = tarfile.TarInfo(name); info.size = len(data); tar.addfile(info, io.BytesIO(data))
            put("oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
            put("index.json", json.dumps({"schemaVersion": 2, "manifests": manifests}).encode())
            for digest, data in blobs.items(): put("blobs/sha256/" + digest, data)
        print(manifest["digest"].split(":")[1], end="")
        """

    private func run(_ fake: FakeAWS, _ arguments: [String], in folder: String) throws -> (
        status: Int32?, output: String, errors: String
    ) {
        try TestProcess.run(
            try Executables.path("shim-deploy"),
            arguments,
            environment: environment(fake),
            folder: folder,
            limit: .seconds(60)
        )
    }

    private func environment(_ fake: FakeAWS) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = fake.folder.path + ":" + (environment["PATH"] ?? "")
        environment["AWS_REGION"] = "us-east-1"
        return environment
    }

    /// An account with nothing in it but the registry.
    private func emptyAccount(registry: String) throws -> FakeAWS {
        let fake = try FakeAWS(real: nil)
        try fake.answer(
            "sts.get-caller-identity",
            #"{"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/u"}"#
        )
        try fake.answer(
            "ecr.describe-repositories",
            #"{"repositories": [{"repositoryUri": "\#(registry)/web"}]}"#
        )
        try fake.answer("lambda.get-function-configuration", #"{"State": "Active", "LastUpdateStatus": "Successful"}"#)
        for (call, code) in [
            ("lambda.get-function", "ResourceNotFoundException"), ("iam.get-role", "NoSuchEntity"),
            ("iam.list-attached-role-policies", "NoSuchEntity"), ("iam.get-role-policy", "NoSuchEntity"),
            ("ecr.get-repository-policy", "RepositoryPolicyNotFoundException"),
            ("ecr.describe-images", "ImageNotFoundException"),
        ] {
            try fake.refuse(call, 1, "An error occurred (\(code)) when calling the X operation: no")
        }
        return fake
    }

    @Test func anImageIsPushedOnceAndTheFunctionTakesItByDigest() throws {
        let registry = try PackRegistry()
        let folder = try TemporaryFolder()
        let digest = try PackTool.run("python3", ["-c", Self.maker, "web.tar"], directory: folder.path)
        let fake = try emptyAccount(registry: registry.address)
        let first = try run(fake, ["web.tar"], in: folder.path)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.errors.contains("+ image") && first.errors.contains("+ function web"))
        #expect(fake.calls.contains("ecr set-repository-policy"))
        #expect(fake.inputs.contains(#""ImageUri":"\#(registry.address)/web@sha256:\#(digest)""#))
        #expect(fake.inputs.contains(#""Architectures":["x86_64"]"#) && !fake.inputs.contains("Runtime"))
        let tag = "docker://\(registry.address)/web:\(digest.prefix(12))"
        let seen = try PackTool.run("skopeo", ["inspect", "--tls-verify=false", "--format", "{{.Digest}}", tag])
        #expect(seen == "sha256:\(digest)\n")

        // The second time the image is there and the function has it.
        try fake.reset()
        try fake.answer("ecr.describe-images", #"{"imageDetails": [{}]}"#)
        try fake.answer(
            "ecr.get-repository-policy",
            #"{"policyText": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":[\"ecr:BatchGetImage\"]}]}"}"#
        )
        let role = "arn:aws:iam::123456789012:role/shim-deploy-web"
        try fake.answer(
            "lambda.get-function",
            #"{"Configuration": {"PackageType": "Image", "CodeSha256": "\#(digest)", "Role": "\#(role)", "Architectures": ["x86_64"]}, "Tags": {"shim-deploy": "web"}}"#
        )
        try fake.answer("iam.get-role", #"{"Role": {"Arn": "\#(role)"}}"#)
        try fake.answer(
            "iam.list-attached-role-policies",
            #"{"AttachedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}]}"#
        )
        let again = try run(fake, ["web.tar"], in: folder.path)
        #expect(again.status == 0 && again.errors == "= web: nothing to do\n", "\(again.errors)")
        #expect(fake.writes == [])
    }

    @Test func whatIsUnpackedForAPushThatIsStoppedIsRemoved() throws {
        // A registry that takes the connection and never answers.
        let silent = try ServerSocket()
        let folder = try TemporaryFolder()
        try PackTool.run("python3", ["-c", Self.maker, "web.tar"], directory: folder.path)
        let room = try TemporaryFolder()
        let fake = try emptyAccount(registry: silent.address)
        let environment = environment(fake).merging(["TMPDIR": room.path]) { $1 }
        let deploy = try TestProcess(
            try Executables.path("shim-deploy"),
            ["web.tar"],
            environment: environment,
            folder: folder.path
        )
        try eventually("skopeo unpacks the archive", within: .seconds(60)) {
            try FileManager.default.subpathsOfDirectory(atPath: room.path).contains { $0.hasSuffix("/oci-layout") }
        }
        deploy.signal(SIGINT)
        #expect(deploy.wait() == 128 + SIGINT)
        #expect(try FileManager.default.contentsOfDirectory(atPath: room.path) == [])
    }

    @Test(arguments: [
        ("attested", "it has 2 manifests, and Lambda takes one", "--provenance=false"),
        (
            "zstd", "a layer is of type 'application/vnd.oci.image.layer.v1.tar+zstd', which Lambda does not take",
            "gzip"
        ),
        (
            "orphan", "a layer has 'app/bootstrap' without an entry for its folder before it",
            "build the layer with folders"
        ),
        (
            "plain", "a layer is of type 'application/vnd.docker.image.rootfs.diff.tar', which Lambda does not take",
            "gzip"
        ),
        ("damaged", "it is damaged: 'blobs/sha256/", "an OCI archive is wanted"),
        ("riscv", "it is for 'riscv64', which Lambda does not have", nil),
    ])
    func whatLambdaWouldRefuseIsSaidBeforeAnyCall(word: String, problem: String, hint: String?) throws {
        let folder = try TemporaryFolder()
        try PackTool.run("python3", ["-c", Self.maker, "web.tar", word], directory: folder.path)
        let fake = try FakeAWS(real: nil)
        let result = try run(fake, ["web.tar"], in: folder.path)
        #expect(result.status == 1 && fake.calls == [])
        #expect(
            result.errors.contains("cannot deploy 'web.tar': \(problem)") && result.errors.contains(hint ?? problem),
            "\(result.errors)"
        )
    }
}
