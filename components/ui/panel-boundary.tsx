"use client";

import { Component, type ReactNode } from "react";

export type PanelBoundaryProps = {
  /** What stands in the panel's place; `retry` mounts the panel again. */
  fallback: (error: unknown, retry: () => void) => ReactNode;
  /** A new value mounts the panel again, as when another chat is opened. */
  resetKey?: string | null;
  children: ReactNode;
};

type State = { error: unknown; resetKey: string | null };

const NONE = Symbol("no error");

/** Keeps a panel that fails from taking the page with it. */
export class PanelBoundary extends Component<PanelBoundaryProps, State> {
  override state: State = { error: NONE, resetKey: this.props.resetKey ?? null };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: PanelBoundaryProps, state: State): Partial<State> | null {
    const resetKey = props.resetKey ?? null;
    return resetKey === state.resetKey ? null : { error: NONE, resetKey };
  }

  private retry = () => this.setState({ error: NONE });

  override render(): ReactNode {
    if (this.state.error === NONE) return this.props.children;
    return this.props.fallback(this.state.error, this.retry);
  }
}
