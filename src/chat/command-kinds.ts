import type { Command } from "../core/command.ts"

/** The commands that are carried out before the others of their step. */
export type Leaving = Extract<Command, { readonly _tag: "LeaveRoom" | "StopLooking" }>
export type Looking = Extract<Command, { readonly _tag: "Look" }>
export type Relaying = Extract<Command, { readonly _tag: "Relay" }>
export type Reporting = Extract<Command, { readonly _tag: "Report" | "ReportLast" }>

export const isLeaving = (command: Command): command is Leaving =>
  command._tag === "LeaveRoom" || command._tag === "StopLooking"

export const isLooking = (command: Command): command is Looking => command._tag === "Look"

export const isReporting = (command: Command): command is Reporting =>
  command._tag === "Report" || command._tag === "ReportLast"
