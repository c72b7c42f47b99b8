/// Asks whether all of it is for one processor, and for one that Lambda has.
enum MachineCheck: PackageCheck {
    static func findings(in package: InspectedPackage) -> [Finding] {
        let machines = package.machines
        if machines.count > 1 {
            let names = machines.map { machine in
                let first = package.binaries.first { $0.file.machine == machine }?.place ?? ""
                return "\(machine) ('\(first)')"
            }
            return [.problem("it mixes architectures: \(names.sorted().joined(separator: ", "))")]
        }
        guard let machine = machines.first, !machine.isOnLambda else { return [] }
        return [.problem("its architecture is \(machine), which Lambda does not have")]
    }
}
