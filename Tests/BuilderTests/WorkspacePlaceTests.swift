// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import Testing

@Test(arguments: [
    (true, ByteCount.gibibytes(10), WorkspacePlace.memory(limit: .gibibytes(8))),
    (true, .gibibytes(6), .memory(limit: ByteCount(ByteCount.gibibytes(6).bytes / 10 * 8))),
    (true, .gibibytes(5), .disk(reason: "5.0 GiB of memory are free")),
    (true, .zero, .disk(reason: "\(ByteCount.zero) of memory are free")),
    (false, .gibibytes(100), .disk(reason: nil)), (false, .zero, .disk(reason: nil)),
])
private func aBuildWorksInMemoryWhenThereIsEnoughAndTheUserAllowsIt(
    usesTmpfs: Bool, available: ByteCount, place: WorkspacePlace
) {
    #expect(WorkspacePlace(usesTmpfs: usesTmpfs, available: available) == place)
}

@Test(arguments: [
    (ByteCount.gibibytes(2), ByteCount.gibibytes(5), WorkspacePlace.memory(limit: .gibibytes(4))),
    (.gibibytes(4), .gibibytes(5), .memory(limit: .gibibytes(4))),
    (.gibibytes(5), .gibibytes(5), .disk(reason: "5.0 GiB of memory are free")),
    (.gibibytes(16), .gibibytes(10), .disk(reason: "10.0 GiB of memory are free")),
])
private func theUserSaysHowLargeATmpfsHasToBe(
    least: ByteCount, available: ByteCount, place: WorkspacePlace
) {
    #expect(WorkspacePlace(usesTmpfs: true, available: available, least: least) == place)
}
