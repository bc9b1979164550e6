// SPDX-License-Identifier: Apache-2.0
//
// dibhost-worker: loads one plugin, runs one of its hooks, ends. It is a process of its own so that
// a plugin that crashes, hangs or exits takes nothing with it but this process. The builder starts
// it with the descriptors of WorkOrder.Descriptor; it is of no use on a command line.

Worker.main()
