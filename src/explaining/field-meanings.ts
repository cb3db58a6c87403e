import { contactMeanings } from "./contact-meanings.ts";
import type { FieldMeaning } from "./field-groups.ts";

/** In which languages fields are described. */
export const fieldLocales = ["en-GB", "fr-FR"] as const;
export type FieldLocale = (typeof fieldLocales)[number];

/** By path, of all fields that this version knows; those of later schema versions have none. */
export const fieldMeanings: Readonly<Record<string, FieldMeaning>> = {
  id: ["call", "Session id of the call", "Identifiant de session de l’appel"],
  dType: [
    "call",
    "Record type, always CloudSessionCdr",
    "Type d’enregistrement, toujours CloudSessionCdr",
  ],
  sVer: ["call", "Version of the record type", "Version du type d’enregistrement"],
  pbxId: [
    "call",
    "Id of the communications platform that the CDR came from",
    "Identifiant de la plateforme de communication d’où vient le CDR",
  ],
  pbxName: [
    "call",
    "Name of the communications platform that the CDR came from",
    "Nom de la plateforme de communication d’où vient le CDR",
  ],
  tz: ["time", "IANA time zone of the call’s times", "Fuseau horaire IANA des heures de l’appel"],
  start: ["time", "Start of the session", "Début de la session"],
  answer: ["time", "First answer", "Première réponse"],
  end: ["time", "End of the session", "Fin de la session"],
  dur: ["time", "Duration of the whole call, in seconds", "Durée totale de l’appel, en secondes"],
  ring: ["time", "Ringing time, in seconds", "Durée de sonnerie, en secondes"],
  talk: ["time", "Talking time, in seconds", "Durée de conversation, en secondes"],
  hold: ["time", "Time on hold, in seconds", "Durée de mise en attente, en secondes"],
  park: ["time", "Time parked, in seconds", "Durée de parcage, en secondes"],
  lost: [
    "call",
    "The caller was lost: never answered",
    "L’appelant a été perdu : jamais de réponse",
  ],
  lostInPark: ["call", "Lost while parked", "Perdu pendant le parcage"],
  aban: ["call", "Abandoned after a short ring", "Abandonné après une courte sonnerie"],
  ans: ["call", "Answered", "L’appel a reçu une réponse"],
  short: ["call", "Classed as a short call", "Classé comme appel court"],
  cause: [
    "call",
    "Clearing cause, such as NORMAL_CLEARING",
    "Cause de libération, par exemple NORMAL_CLEARING",
  ],
  dir: ["call", "Direction", "Sens de l’appel"],
  type: ["call", "Type", "Type d’appel"],
  t2t: ["call", "Trunk to trunk", "De ligne réseau à ligne réseau"],
  cliNum: ["caller", "Caller’s number", "Numéro de l’appelant"],
  cliName: ["caller", "Caller’s name", "Nom de l’appelant"],
  cliLoc: ["caller", "Caller’s location", "Localité de l’appelant"],
  cliArea: ["caller", "Caller’s area code", "Indicatif régional de l’appelant"],
  cliState: ["caller", "Caller’s state (US)", "État de l’appelant (États-Unis)"],
  cliCtry: ["caller", "Caller’s country, ISO code", "Pays de l’appelant, code ISO"],
  ddiNum: ["dialled", "Dialled (DID) number", "Numéro composé (SDA)"],
  ddiName: ["dialled", "Name of the dialled (DID) number", "Nom du numéro composé (SDA)"],
  fRngDevNum: [
    "device",
    "Number of the first device that rang",
    "Numéro du premier poste qui a sonné",
  ],
  fRngDevName: ["device", "Name of the first device that rang", "Nom du premier poste qui a sonné"],
  lRngDevNum: [
    "device",
    "Number of the last device that rang",
    "Numéro du dernier poste qui a sonné",
  ],
  lRngDevName: ["device", "Name of the last device that rang", "Nom du dernier poste qui a sonné"],
  ansDevNum: [
    "device",
    "Number of the first device that answered",
    "Numéro du premier poste qui a répondu",
  ],
  ansDevName: [
    "device",
    "Name of the first device that answered",
    "Nom du premier poste qui a répondu",
  ],
  lAnsDevNum: [
    "device",
    "Number of the last device that answered",
    "Numéro du dernier poste qui a répondu",
  ],
  lAnsDevName: [
    "device",
    "Name of the last device that answered",
    "Nom du dernier poste qui a répondu",
  ],
  fRngUsrNum: [
    "user",
    "Number of the first user that rang",
    "Numéro du premier utilisateur qui a sonné",
  ],
  fRngUsrName: [
    "user",
    "Name of the first user that rang",
    "Nom du premier utilisateur qui a sonné",
  ],
  lRngUsrNum: [
    "user",
    "Number of the last user that rang",
    "Numéro du dernier utilisateur qui a sonné",
  ],
  lRngUsrName: [
    "user",
    "Name of the last user that rang",
    "Nom du dernier utilisateur qui a sonné",
  ],
  ansUsrNum: [
    "user",
    "Number of the first user that answered",
    "Numéro du premier utilisateur qui a répondu",
  ],
  ansUsrName: [
    "user",
    "Name of the first user that answered",
    "Nom du premier utilisateur qui a répondu",
  ],
  lAnsUsrNum: [
    "user",
    "Number of the last user that answered",
    "Numéro du dernier utilisateur qui a répondu",
  ],
  lAnsUsrName: [
    "user",
    "Name of the last user that answered",
    "Nom du dernier utilisateur qui a répondu",
  ],
  fRngAgtNum: [
    "agent",
    "Number of the first agent that rang",
    "Numéro du premier agent qui a sonné",
  ],
  fRngAgtName: ["agent", "Name of the first agent that rang", "Nom du premier agent qui a sonné"],
  lRngAgtNum: [
    "agent",
    "Number of the last agent that rang",
    "Numéro du dernier agent qui a sonné",
  ],
  lRngAgtName: ["agent", "Name of the last agent that rang", "Nom du dernier agent qui a sonné"],
  ansAgtNum: [
    "agent",
    "Number of the first agent that answered",
    "Numéro du premier agent qui a répondu",
  ],
  ansAgtName: [
    "agent",
    "Name of the first agent that answered",
    "Nom du premier agent qui a répondu",
  ],
  lAnsAgtNum: [
    "agent",
    "Number of the last agent that answered",
    "Numéro du dernier agent qui a répondu",
  ],
  lAnsAgtName: [
    "agent",
    "Name of the last agent that answered",
    "Nom du dernier agent qui a répondu",
  ],
  rteId: [
    "routing",
    "Prefix added to the caller’s number while routing",
    "Préfixe ajouté au numéro de l’appelant lors du routage",
  ],
  rteName: [
    "routing",
    "Prefix added to the caller’s name while routing",
    "Préfixe ajouté au nom de l’appelant lors du routage",
  ],
  fRngGroupName: ["routing", "First group that rang", "Premier groupe qui a sonné"],
  lRngGroupName: ["routing", "Last group that rang", "Dernier groupe qui a sonné"],
  ansGroupName: ["routing", "Group that answered", "Groupe qui a répondu"],
  hasRec: ["call", "The call was recorded", "L’appel a été enregistré"],
  rated: ["cost", "The call was rated", "L’appel a été tarifé"],
  rateCost: ["cost", "Cost of the call", "Coût de l’appel"],
  rateBand: ["cost", "Band of the rate", "Tranche du tarif"],
  rateName: ["cost", "Name of the rate", "Nom du tarif"],
  recordingIds: [
    "call",
    "Ids of the call’s recordings",
    "Identifiants des enregistrements de l’appel",
  ],
  ...contactMeanings,
  tags: ["tags", "Tags put on the call", "Étiquettes posées sur l’appel"],
  "tags.<name>": [
    "tags",
    "Tag put on the call, by its name",
    "Étiquette posée sur l’appel, par son nom",
  ],
};
