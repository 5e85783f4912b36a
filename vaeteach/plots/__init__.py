"""Drawing: `draw_*` take an Axes and arrays and return the artists; nothing is computed."""

from .absorption import (
    draw_absorption,
    draw_band,
    draw_codes_and_prior,
    draw_weight_vectors,
    move_absorption,
)
from .aggregate import (
    draw_kl_split,
    draw_log_ratio,
    draw_marginals,
    draw_moment_bars,
    draw_plane_density,
    draw_radius,
    move_moment_bars,
)
from .codes import draw_factor, draw_latent_ranges, draw_norms, draw_pairs
from .concepts import draw_concept_map
from .densities import (
    draw_density,
    draw_integrand,
    draw_kl,
    draw_running_estimate,
    move_density,
    move_integrand,
    move_kl,
    move_running_estimate,
    round_limit,
)
from .diagnosis import draw_dashboard
from .discrete import (
    draw_evidence_path,
    draw_moment,
    draw_price,
    draw_unit_marginals,
    draw_unit_paths,
    move_moment,
)
from .dissolving import arrow_grid, draw_dissolving, draw_score_error
from .exact import (
    draw_bayes,
    draw_bound,
    draw_bounds_by_samples,
    draw_gap_parts,
    draw_line_posterior,
    draw_map,
    move_bayes,
    move_bound,
)
from .latent import draw_codes, draw_digit_legend, draw_ellipse, draw_normal_contours, style_plane
from .levels import draw_two_levels
from .pictures import draw_picture, draw_picture_grid, picture_figure, picture_sheet
from .priors import (
    draw_globe,
    draw_prior,
    draw_prior_codes,
    globe_lines,
    move_prior,
    move_prior_codes,
    pixel_grid,
    seen_from_front,
    style_latent_space,
)
from .sampling import draw_sampler, draw_samples, move_sampler
from .spectrum import (
    draw_counts,
    draw_latent_spectrum,
    draw_log_marginal,
    draw_spectrum,
    draw_staircase,
    move_latent_spectrum,
    move_spectrum,
)
from .statistics import draw_confusion, draw_differences, draw_over_seeds
from .style import COLOURS, SERIES, SHADES, canvas_style, digit_palette, new_figure
from .training import draw_kl_by_dimension, draw_loss_terms, draw_running_means, draw_trade_off
from .words import draw_code, draw_dictionary, draw_promise, draw_word_table, move_code
