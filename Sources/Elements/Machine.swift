// SPDX-License-Identifier: Apache-2.0

/// A kind of processor, as the ELF header's `e_machine` numbers it.
package struct Machine: Equatable, Sendable {
    package var number: UInt16

    package init(number: UInt16) { self.number = number }

    /// The machine that this program was built for.
    package static var current: Machine {
        #if arch(arm64)
            Machine(number: 183)
        #else
            Machine(number: 62)
        #endif
    }

    /// The kernel's name of the machine.
    package var name: String {
        switch number {
        case 3: "i386"
        case 8: "mips"
        case 21: "ppc64"
        case 22: "s390"
        case 40: "arm"
        case 62: "x86_64"
        case 183: "aarch64"
        case 243: "riscv64"
        case 258: "loongarch64"
        default: "machine number \(number)"
        }
    }
}
