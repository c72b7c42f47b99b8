/// Asks whether it fits.
enum SizeCheck: PackageCheck {
    static func findings(in package: InspectedPackage) -> [Finding] {
        var result: [Finding] = []
        if package.bytes > SizeTable.unpackedLimit {
            result.append(
                .problem("\(package.bytes) bytes unpacked are more than Lambda takes (\(SizeTable.unpackedLimit))")
            )
        }
        if let bytes = package.zippedBytes, bytes > SizeTable.zippedLimit {
            result.append(.warning(SizeTable.zippedWarning(bytes)))
        }
        return result
    }
}
