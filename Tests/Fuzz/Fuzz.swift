// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

// The two functions that libFuzzer's own main calls. FUZZ_TARGET names the reader that gets what libFuzzer makes up.
// Each reader takes bytes that a stranger wrote. It may refuse them in its own words; anything else ends the program.

/// Once, before the first input; FUZZ_SEEDS names a folder to fill with input to begin with instead of a run.
@c(LLVMFuzzerInitialize)
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    guard let name = getenv("FUZZ_TARGET"),
        let target = FuzzTarget(rawValue: String(cString: name))
    else {
        print("FUZZ_TARGET is none of \(FuzzTarget.allCases.map(\.rawValue))")
        exit(2)
    }
    FuzzTarget.chosen = target
    if let folder = getenv("FUZZ_SEEDS") {
        do {
            try target.writeSeeds(to: FilePath(platformString: folder))
            exit(0)
        } catch {
            print("cannot write to '\(String(cString: folder))': \(error)")
            exit(1)
        }
    }
    return 0
}

/// One input; the status is 0 whether it was read or refused.
@c(LLVMFuzzerTestOneInput)
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
