import LambdaWire

/// Asks whether it fits.
enum SizeCheck: PackageCheck {
    static func findings(in package: InspectedPackage) -> [Finding] {
        var result: [Finding] = []
        if package.bytes > LambdaLimit.unpackedCode {
            result.append(
                .problem("\(package.bytes) bytes unpacked are more than Lambda takes (\(LambdaLimit.unpackedCode))")
            )
        }
        if let bytes = package.zippedBytes, bytes > LambdaLimit.zippedCode {
            result.append(.warning(SizeTable.zippedWarning(bytes)))
        }
        return result
    }
}
