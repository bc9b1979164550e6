// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Testing

@Test(arguments: [
    ("3", 3 << 30), ("2.5", 5 << 29), ("800MiB", 800 << 20), ("1 GB", 1_000_000_000), ("7B", 7),
    ("1T", 1_000_000_000_000), ("1PiB", 1 << 50), ("2PB", 2_000_000_000_000_000), ("0", 0),
])
private func aSizeHasAUnitOrTheOneThatIsMeant(text: String, bytes: Int64) {
    #expect(ByteCount(text, bareUnit: .gibibytes(1)) == ByteCount(bytes))
}

@Test(arguments: ["", "GiB", "-1", "1gib", "1e3", "1..2", "99999999999TiB", "nan", "3 GiB x"])
private func whatIsNoSizeIsNotRead(text: String) {
    #expect(ByteCount(text, bareUnit: .gibibytes(1)) == nil)
}

@Test(arguments: ["0B", "5B", "3KiB", "2097151MiB", "16TiB", "1PiB", "4096PiB"])
private func aSizeIsWrittenAsOptionsTakeIt(text: String) {
    #expect(ByteCount(text, bareUnit: .gibibytes(1))?.exactText == text)
}
