import Foundation
struct ImageWriter { let packer: Packer
 func write() throws -> PackResult { throw PackError.contradiction("", hint: "") } }
