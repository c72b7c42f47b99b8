import Foundation

/// Writes a folder from which `docker build` makes an image on Lambda's own base image.
struct DockerfileWriter {
    let packer: Packer

    func write() throws -> PackResult {
        let request = packer.request
        guard Disk.kind(request.output) == nil else {
            throw PackError.cannotWrite(path: request.output, cause: "it exists already")
        }
        // The image that is named below is Amazon Linux 2023 or 2, whatever else was said.
        let target = request.target == .image ? Target.al2023 : request.target
        let built = try packer.plan(available: target.glibc)
        let staging = packer.staging
        try staging.write(
            built.plan,
            to: "context/package",
            strip: request.strips,
            toolbox: packer.toolbox,
            progress: packer.progress
        )
        let sizes = try SizeTable(folder: staging.path("context/package"))
        let tag = target == .al2 ? "al2" : "al2023"
        let text = """
            # docker build --platform linux/\(built.machine == .arm64 ? "arm64" : "amd64") -t \(built.name.lowercased()) .
            FROM public.ecr.aws/lambda/provided:\(tag)
            COPY package/ ${LAMBDA_TASK_ROOT}/
            # The base image starts this file, in the emulator when it is not on Lambda.
            COPY package/bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap
            CMD [ "\(built.launch?.program ?? "")" ]

            """
        try Disk.write(Data(text.utf8), to: staging.path("context/Dockerfile"))
        try Disk.setMode(staging.path("context/Dockerfile"), 0o644)
        try Disk.setMode(staging.path("context"), 0o755)
        try Disk.move(staging.path("context"), to: request.output)
        return PackResult(
            architecture: built.machine.description,
            codeSHA256: nil,
            sizes: sizes,
            outputBytes: nil,
            notes: built.notes
        )
    }
}
