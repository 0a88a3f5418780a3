/** Of a lane, in CSS pixels; the style sheet has it too. */
export const ROW_HEIGHT = 46;
