// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Testing

@Test(arguments: [
    (Int64(0), "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_610_612_736, "1.5 GiB"),
    (1 << 50, "1.0 PiB"),
])
func byteCountIsShownWithABinaryUnit(bytes: Int64, text: String) {
    #expect(ByteCount(bytes).description == text)
}
