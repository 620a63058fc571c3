"use client";

import { Ellipsis, Plus } from "lucide-react";
import { useState } from "react";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { RadioList } from "@/components/ui/radio-list";
import { SearchField } from "@/components/ui/search-field";
import { SegmentedChoice } from "@/components/ui/segmented-choice";
import { SwitchRow } from "@/components/ui/switch-row";
import { TextField } from "@/components/ui/text-field";
import { PresenceDot, PresenceText } from "../presence/presence-marks";
import { Example, Group } from "./example";

const VARIANTS = ["primary", "quiet", "danger"] as const;
const SIZES = ["xs", "sm", "md", "lg", "xl"] as const;
const PRESENCES = ["active", "recent", "offline"] as const;

/** What one presses, chooses and fills in. Hovering and focusing show their states. */
export function FieldExamples() {
  const [search, setSearch] = useState("ada");
  const [size, setSize] = useState("normal");
  const [language, setLanguage] = useState("en");
  const [isOn, setIsOn] = useState(true);
  return (
    <>
      <Group title="Buttons">
        <div className="flex flex-wrap gap-4">
          {VARIANTS.map((variant) => (
            <Example key={variant} label={variant} className="flex gap-2">
              <Button variant={variant}>Send</Button>
              <Button variant={variant} disabled>
                Off
              </Button>
            </Example>
          ))}
          <Example label="icon" className="flex gap-1">
            <IconButton label="New group">
              <Plus size={20} aria-hidden="true" />
            </IconButton>
            <IconButton label="More" disabled>
              <Ellipsis size={20} aria-hidden="true" />
            </IconButton>
          </Example>
        </div>
        <Example label="wide">
          <Button wide>Sign in</Button>
        </Example>
      </Group>
      <Group title="Pictures and presence">
        <div className="flex flex-wrap items-end gap-4">
          {SIZES.map((each) => (
            <Example key={each} label={each}>
              <Avatar id={each} name="Ada Lovelace" size={each} />
            </Example>
          ))}
          {PRESENCES.map((status) => (
            <Example key={status} label={status}>
              <Avatar id={status} name="Bo Diddley">
                <PresenceDot status={status} />
              </Avatar>
              <p className="text-meta">
                <PresenceText status={status} />
              </p>
            </Example>
          ))}
        </div>
      </Group>
      <Group title="Fields">
        <TextField name="plain" label="Name" placeholder="How others see you" />
        <TextField name="hint" label="Password" type="password" hint="Eight characters or more." />
        <TextField name="error" label="Email" defaultValue="ada@" error="That is no address." />
        <TextField name="off" label="Address" defaultValue="parley.example.org" disabled />
        <Example label="search, empty">
          <SearchField label="Search" clearLabel="Clear" value="" onChange={setSearch} />
        </Example>
        <Example label="search, filled">
          <SearchField label="Search" clearLabel="Clear" value={search} onChange={setSearch} />
        </Example>
      </Group>
      <Group title="Choices">
        <SegmentedChoice
          label="Text size"
          options={[
            ["small", "Small"],
            ["normal", "Normal"],
            ["large", "Large"],
          ]}
          value={size}
          onChange={setSize}
        />
        <RadioList
          label="Language"
          options={[
            { value: "en", label: "English", lang: "en" },
            { value: "ar", label: "العربية", lang: "ar" },
          ]}
          value={language}
          onChange={setLanguage}
        />
        <SwitchRow
          label="Receipts"
          text="Others see what you read."
          isOn={isOn}
          onChange={setIsOn}
        />
        <SwitchRow
          label="Typing"
          text="Others see you type."
          isOn={!isOn}
          onChange={() => setIsOn(!isOn)}
        />
      </Group>
    </>
  );
}
